import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    coverage: { provider: 'v8', include: ['src/**/*.ts'], exclude: ['src/generated/**'] },
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        // Needs namespaces of its own: run it through scripts/in-lab.sh, as `npm run test:lab` does. One file at a
        // time, because they share those namespaces and because several assert times.
        test: {
          name: 'lab',
          include: ['test/integration/**/*.test.ts', 'test/cli/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Needs the image and its engine, which scripts/test-container.sh makes, and runs within the lab like the above.
        test: {
          name: 'container',
          include: ['test/container/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
