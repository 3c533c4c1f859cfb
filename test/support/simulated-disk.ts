/**
 * A disk that stops at any step, for code that uses node:fs/promises: what a killed process or a power failure may leave
 * of a directory of files. What was not synced may be there, be there in part, be zeros, or not be there; what was renamed,
 * made or removed in a directory that was not synced may or may not have been.
 */

import type { Stats } from 'node:fs';

/** Paths below it are on the simulated disk. */
export const simulatedRoot = '/simulated';

interface Inode {
  readonly number: number;
  mode: number;
  /** As processes see it. */
  content: Buffer;
  /** As it is on the disk for certain. */
  synced: Buffer;
}

/** A change of the directory that is not synced yet. */
type Change = { readonly name: string; readonly inode: Inode | null; readonly removed?: string };

/** What ends the run: at which mutating step, and for a write, after what share of its bytes. */
export interface Stop {
  readonly step: number;
  readonly share: number;
}

/** What stands in for a broken system, to see that the simulation would notice. */
export interface Faults {
  readonly forgetsFileSync?: boolean;
  readonly forgetsDirectorySync?: boolean;
  /** Calls of this name fail with this code. */
  readonly failing?: { readonly call: string; readonly code: string };
}

/** write(2) takes so much at once, so that every text takes several. */
const writeLength = 300;

const never = new Promise<never>(() => {});

export class SimulatedDisk {
  /** Mutating calls so far. */
  steps = 0;
  readonly stopped: Promise<void>;
  private readonly stop: Stop | null;
  private readonly faults: Faults;
  private stopNow: () => void = () => {};
  private isStopped = false;
  private readonly entries = new Map<string, Inode>();
  private readonly syncedEntries = new Map<string, Inode>();
  private changes: Change[] = [];
  private readonly open = new Map<number, Inode>();
  private readonly locks = new Map<Inode, number>();
  private nextNumber = 1;

  constructor(files: ReadonlyMap<string, Buffer> = new Map(), stop: Stop | null = null, faults: Faults = {}) {
    this.stop = stop;
    this.faults = faults;
    this.stopped = new Promise((resolve) => {
      this.stopNow = resolve;
    });
    for (const [name, content] of files) {
      const inode = { number: this.nextNumber++, mode: 0o100644, content, synced: content };
      this.entries.set(name, inode);
      this.syncedEntries.set(name, inode);
    }
  }

  /** What processes see: it survives kill -9. */
  files(): Map<string, Buffer> {
    return new Map([...this.entries].map(([name, { content }]) => [name, content]));
  }

  /** One of the things that a power failure may leave. */
  afterPowerFailure(random: () => number): Map<string, Buffer> {
    const left = new Map(this.syncedEntries);
    for (const { name, inode, removed } of this.changes) {
      if (random() < 0.5) continue;
      if (removed !== undefined) left.delete(removed);
      if (inode) left.set(name, inode);
    }
    return new Map([...left].map(([name, inode]) => [name, contentLeft(inode, random)]));
  }

  /** Does one mutating step, or as much of it as comes before the stop; nothing that comes after it ever returns. */
  async step<T>(call: string, work: (share: number) => T): Promise<T> {
    const { failing } = this.faults;
    if (failing?.call === call) throw systemError(failing.code, call);
    if (this.isStopped) return never;
    this.steps += 1;
    const isLast = this.stop !== null && this.steps > this.stop.step;
    if (!isLast) return work(1);
    if (this.stop.share > 0) work(this.stop.share);
    this.isStopped = true;
    this.stopNow();
    return never;
  }

  inodeAt(path: string, call: string): Inode {
    const inode = this.entries.get(path);
    if (!inode) throw systemError('ENOENT', call);
    return inode;
  }

  create(path: string): Inode {
    const empty = Buffer.alloc(0);
    const inode = { number: this.nextNumber++, mode: 0o100644, content: empty, synced: empty };
    this.entries.set(path, inode);
    this.changes.push({ name: path, inode });
    return inode;
  }

  has(path: string): boolean {
    return this.entries.has(path);
  }

  names(): string[] {
    return [...this.entries.keys()];
  }

  rename(from: string, to: string): void {
    const inode = this.inodeAt(from, 'rename');
    this.entries.delete(from);
    this.entries.set(to, inode);
    this.changes.push({ name: to, inode, removed: from });
  }

  remove(path: string): void {
    this.inodeAt(path, 'unlink');
    this.entries.delete(path);
    this.changes.push({ name: path, inode: null, removed: path });
  }

  syncDirectory(): void {
    if (this.faults.forgetsDirectorySync) return;
    this.syncedEntries.clear();
    for (const [name, inode] of this.entries) this.syncedEntries.set(name, inode);
    this.changes = [];
  }

  /** flock(2). */
  lock(descriptor: number): boolean {
    const inode = this.open.get(descriptor);
    if (!inode) throw new Error(`nothing is open as ${descriptor}`);
    const holder = this.locks.get(inode) ?? descriptor;
    this.locks.set(inode, holder);
    return holder === descriptor;
  }

  handleOf(inode: Inode) {
    const fd = 1000 + this.nextNumber++;
    this.open.set(fd, inode);
    let position = 0;
    return {
      fd,
      stat: async () => statsOf(inode),
      read: async (buffer: Buffer, offset: number, length: number, position: number) => ({
        buffer,
        bytesRead: inode.content.copy(buffer, offset, position, position + length),
      }),
      chown: () => this.step('chown', () => undefined),
      chmod: (mode: number) =>
        this.step('chmod', () => {
          inode.mode = 0o100000 | mode;
        }),
      write: (bytes: Uint8Array, offset: number, length: number) =>
        this.step('write', (share) => {
          const bytesWritten = Math.floor(Math.min(length, writeLength) * share);
          const piece = bytes.subarray(offset, offset + bytesWritten);
          inode.content = Buffer.concat([inode.content.subarray(0, position), piece]);
          position += bytesWritten;
          return { bytesWritten };
        }),
      sync: () =>
        this.step('fsync', (share) => {
          if (share === 1 && !this.faults.forgetsFileSync) inode.synced = inode.content;
        }),
      close: async () => {
        this.open.delete(fd);
        if (this.locks.get(inode) === fd) this.locks.delete(inode);
      },
    };
  }
}

/** Each block of what was not synced is there or zeros, up to any length. */
function contentLeft({ content, synced }: Inode, random: () => number): Buffer {
  if (content === synced || random() < 0.25) return synced;
  const left = Buffer.from(content.subarray(0, Math.ceil(random() * content.length)));
  for (let at = synced.length; at < left.length; at += 64) {
    if (random() < 0.3) left.fill(0, at, Math.min(at + 64, left.length));
  }
  return left;
}

export function systemError(code: string, syscall: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: simulated, ${syscall}`), { code, syscall });
}

function statsOf(inode: Inode): Stats {
  return {
    ino: inode.number,
    dev: 1,
    mode: inode.mode,
    uid: 0,
    gid: 0,
    size: inode.content.length,
    isFile: () => true,
    isDirectory: () => false,
  } as Stats;
}

/** The calls of node:fs/promises; those for other paths go where they always go. */
export function callsOn(disk: () => SimulatedDisk, real: typeof import('node:fs/promises')) {
  const isOurs = (path: unknown): path is string => String(path).startsWith(simulatedRoot);
  const own = {
    stat: async (path: string) => statsOf(disk().inodeAt(path, 'stat')),
    lstat: async (path: string) => statsOf(disk().inodeAt(path, 'lstat')),
    realpath: async (path: string) => path,
    access: async () => undefined,
    readdir: async () =>
      disk()
        .names()
        .map((name) => name.slice(simulatedRoot.length + 1)),
    unlink: (path: string) => disk().step('unlink', (share) => share === 1 && disk().remove(path)),
    rename: (from: string, to: string) =>
      disk().step('rename', (share) => share === 1 && disk().rename(from, to)),
    open: async (path: string, flags: string | number) => {
      const current = disk();
      if (path === simulatedRoot) {
        return {
          sync: () => current.step('fsync', (share) => share === 1 && current.syncDirectory()),
          close,
        };
      }
      if (current.has(path)) {
        if (flags === 'wx+') throw systemError('EEXIST', 'open');
        return current.handleOf(current.inodeAt(path, 'open'));
      }
      const made = await current.step('open', (share) => (share === 1 ? current.create(path) : null));
      return current.handleOf(made as Inode);
    },
  };
  const close = async (): Promise<void> => undefined;
  const routed = Object.entries(own).map(([name, call]) => [
    name,
    (...given: never[]) =>
      isOurs(given[0])
        ? (call as (...words: never[]) => unknown)(...given)
        : (real[name as keyof typeof real] as unknown as (...words: never[]) => unknown)(...given),
  ]);
  return { ...real, ...Object.fromEntries(routed) };
}
