import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MIB = 1024 * 1024;

/** A real file system of so many MiB, in memory. */
export class SmallDisk {
  readonly folder = mkdtempSync(join(tmpdir(), 'closewatch-disk-'));

  constructor(mib: number) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', this.folder], { stdio: 'pipe' });
  }

  get freeBytes(): number {
    const { bsize, bavail } = statfsSync(this.folder);
    return bsize * bavail;
  }

  /** Puts another file there that leaves so many MiB. */
  fillUp(leftMib: number): void {
    writeFileSync(join(this.folder, 'filler'), Buffer.alloc(this.freeBytes - leftMib * MIB));
  }

  /** Takes the other file away. */
  makeRoom(): void {
    rmSync(join(this.folder, 'filler'));
  }

  remove(): void {
    execFileSync('umount', [this.folder], { stdio: 'pipe' });
    rmSync(this.folder, { recursive: true });
  }
}

/** True where this process may mount a file system, as root on Linux may. */
export const CAN_MOUNT = process.platform === 'linux' && process.getuid?.() === 0 && canMount();

function canMount(): boolean {
  try {
    new SmallDisk(1).remove();
    return true;
  } catch {
    return false;
  }
}
