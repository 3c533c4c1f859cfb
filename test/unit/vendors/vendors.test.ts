import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OptionError } from '../../../src/errors.js';
import { prefixNames } from '../../../src/vendors/prefix-names.js';
import { parseVendorLines, readVendors } from '../../../src/vendors/vendor-lines.js';
import { vendorOf, vendorsWith } from '../../../src/vendors.js';

describe('who made a MAC address', () => {
  test.each([
    ['00:00:5e:00:01:07', 'VRRP or CARP virtual MAC'],
    ['00:00:0c:07:ac:01', 'HSRP virtual MAC'],
    ['00:00:0c:9f:f0:01', 'HSRPv2 virtual MAC'],
    ['00:07:b4:00:01:02', 'GLBP virtual MAC'],
    ['52:54:00:12:34:56', 'QEMU/KVM'],
    ['00:16:3e:00:00:01', 'Xen or LXC'],
    ['00:15:5d:01:02:03', 'Microsoft Hyper-V'],
    ['08:00:27:00:00:01', 'VirtualBox'],
    ['02:42:ac:11:00:02', 'Docker'],
    ['fa:16:3e:88:b8:53', 'OpenStack Neutron'],
    ['ee:ee:ee:ee:ee:ee', 'Calico node'],
    // Their owners say it themselves.
    ['00:50:56:00:00:01', 'VMware, Inc.'],
    ['00:1c:42:00:00:01', 'Parallels, Inc.'],
    ['bc:24:11:00:00:01', 'Proxmox Server Solutions GmbH'],
    // Beside the virtual ones, in the same blocks.
    ['00:00:5e:00:02:07', 'ICANN, IANA Department'],
    ['00:00:0c:9f:e0:01', 'Cisco Systems, Inc'],
    ['02:43:ac:11:00:02', null],
  ])('%s: %s', (mac, vendor) => {
    expect(vendorOf(mac)).toBe(vendor);
  });
});

describe("names of one's own", () => {
  const nameOf = vendorsWith(
    prefixNames([
      ['00:50:56', 'all our VMware'],
      ['00:50:56:a', 'the old cluster'],
      ['00:50:56:ab:47:53', 'db-1'],
      ['8c:1f:64', 'no longer the finest'],
      ['8c:1f:64:ff:c', 'our sensors'],
      ['00:00:5e', 'IANA'],
    ]),
  );

  test.each([
    ['00:50:56:01:00:00', 'all our VMware', 'as long as the registered one'],
    ['00:50:56:a1:00:00', 'the old cluster', 'half a byte more'],
    ['00:50:56:ab:47:53', 'db-1', 'a whole address'],
    ['8c:1f:64:ff:c0:01', 'our sensors', 'as long as that of MA-S'],
    ['8c:1f:64:ff:b0:01', 'Taicang T&W Electronics', 'shorter than that of MA-S'],
    ['00:00:5e:00:01:07', 'VRRP or CARP virtual MAC', 'shorter than the virtual one'],
    ['00:1c:42:00:00:01', 'Parallels, Inc.', 'none'],
  ])('%s: %s (%s)', (mac, name) => {
    expect(name).not.toBeNull();
    expect(nameOf(mac)).toBe(name);
  });
});

const file = { option: 'vendors', what: 'vendors file', path: 'v.txt', remedy: 'Give lines.' };
const read = (content: string) => [...parseVendorLines(content, file)];

describe('lines of prefixes and names', () => {
  test.each([
    ['52:54:00\tQEMU', '52:54:00', 'QEMU'],
    ['b0:c4:20 Bochs', 'b0:c4:20', 'Bochs'],
    ['005056\tVMware, Inc.', '00:50:56', 'VMware, Inc.'],
    ['01:23:45:6\tfour and a half', '01:23:45:6', 'four and a half'],
    ['01-23-45-67 hyphens', '01:23:45:67', 'hyphens'],
    ['0123.4567.8 as switches print them', '01:23:45:67:8', 'as switches print them'],
    ['8C1F64FFC Upper', '8c:1f:64:ff:c', 'Upper'],
    ['8C:1F:64:FF:C0:00/36\tShort\tLong name', '8c:1f:64:ff:c', 'Short'],
    ['00:55:DA:00:00:00/28\tShinko', '00:55:da:0', 'Shinko'],
    ['00:50:56:ab:47:53  db-1 # in the cellar', '00:50:56:ab:47:53', 'db-1'],
    ['f nearly everything', 'f', 'nearly everything'],
  ])('%j', (line, prefix, name) => {
    expect(read(`# first\n\n${line}\r\n  # last`)).toEqual([[prefix, name]]);
  });

  test.each([
    ['0:50:56 VMware', '"0:50:56" is no MAC prefix'],
    ['00:50-56 VMware', '"00:50-56" is no MAC prefix'],
    ['00:50:56/25 VMware', '"00:50:56/25" is no MAC prefix'],
    ['00:50:56/28 VMware', '"00:50:56/28" is no MAC prefix'],
    ['00:50:56:ab:47:53:00 VMware', '"00:50:56:ab:47:53:00" is no MAC prefix'],
    ['VMware 00:50:56', '"VMware" is no MAC prefix'],
    ['00:50:56', 'no name'],
    ['00:50:56 # VMware', 'no name'],
  ])('%j is wrong', (line, problem) => {
    const reading = () => read(`00:00:00 Zero\n${line}`);
    expect(reading).toThrow(OptionError);
    expect(reading).toThrow(`The vendors file "v.txt" is wrong at line 2: `);
    expect(reading).toThrow(problem);
  });
});

describe('files of them', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'arpsweep-vendors-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  test('are read together, and of a prefix that comes twice the later name holds', async () => {
    const paths = ['a', 'b'].map((name) => join(directory, name));
    writeFileSync(paths[0] ?? '', '02:bf one\n02:be two\n');
    writeFileSync(paths[1] ?? '', '02:bf three\n');
    const names = await readVendors(paths);
    expect(names('02:bf:00:00:00:01')).toEqual({ hexDigits: 4, name: 'three' });
    expect(names('02:be:00:00:00:01')).toEqual({ hexDigits: 4, name: 'two' });
  });

  test('that cannot be read are named', async () => {
    await expect(readVendors([join(directory, 'none')])).rejects.toThrow(
      /vendors file ".*none" cannot be read/,
    );
  });
});
