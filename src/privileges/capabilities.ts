/** Capabilities(7) by name. */

/** In the order of linux/capability.h: the place of a name is the capability's number. */
export const capabilityNames = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
] as const;

/** Without the `CAP_` in front. */
export type Capability = (typeof capabilityNames)[number];

export function capabilityNumber(name: Capability): number {
  return capabilityNames.indexOf(name);
}

/** The names in a set, by number; one that is newer than this list is called by its number. */
export function namesInSet(set: bigint): string[] {
  return Array.from({ length: 64 }, (_, number) => number).flatMap((number) =>
    (set >> BigInt(number)) & 1n ? [capabilityNames[number] ?? String(number)] : [],
  );
}
