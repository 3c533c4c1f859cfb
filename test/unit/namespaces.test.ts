import { describe, expect, it } from 'vitest';
import { InterfaceError } from '../../src/errors.js';
import {
  findNamespace,
  knownNamespaces,
  namespaceIdentity,
  ownNamespacePath,
} from '../../src/links/namespaces.js';

describe('a network namespace', () => {
  it('is found by a path', () => {
    expect(findNamespace(ownNamespacePath)).toEqual({ name: ownNamespacePath, path: ownNamespacePath });
  });

  it('is found by the id of a process in it', () => {
    const { pid } = process;
    expect(findNamespace(`${pid}`)).toEqual({ name: `${pid}`, path: `/proc/${pid}/ns/net` });
  });

  it('is the same by whatever file', () => {
    const own = namespaceIdentity(ownNamespacePath);
    expect(own).not.toBeNull();
    expect(namespaceIdentity(`/proc/${process.pid}/ns/net`)).toBe(own);
    expect(namespaceIdentity('/proc/self/ns/mnt')).not.toBe(own);
    expect(namespaceIdentity('/nowhere')).toBeNull();
  });

  it('of the machine itself can always be found', () => {
    expect(knownNamespaces()).toContainEqual({ name: '1', path: '/proc/1/ns/net' });
  });

  it.each([
    // Larger than any process id (proc(5), pid_max).
    ['99999999', 'There is no network namespace "99999999" here.'],
    ['no-such-name', 'There is no network namespace "no-such-name" here.'],
    ['/no/such/file', 'There is no network namespace "/no/such/file" here.'],
    ['/etc/passwd/x', 'There is no network namespace "/etc/passwd/x" here.'],
    ['/etc/passwd', 'The file "/etc/passwd" is no network namespace.'],
  ])('is none by %s, which says what to give', (text, message) => {
    expect(() => findNamespace(text)).toThrow(InterfaceError);
    expect(() => findNamespace(text)).toThrow(
      expect.objectContaining({ message, remedy: expect.stringContaining('a path or a process id') }),
    );
  });
});
