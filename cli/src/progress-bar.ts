/** What a bar is drawn on: standard error, where it is a terminal. */
export interface Terminal {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const WIDTH = 30;
/** A bar is drawn anew at most so often, in shares of the whole. */
const STEP = 1 / 200;

/** How far something has come, of a number of bytes, rows or whatever is counted. Draws on a terminal only. */
export class ProgressBar {
  private readonly terminal: Terminal;
  private readonly label: string;
  private readonly total: number;
  private done = 0;
  private drawn = -1;

  constructor(terminal: Terminal, label: string, total: number) {
    this.terminal = terminal;
    this.label = label;
    this.total = total;
  }

  add(amount: number): void {
    this.done += amount;
    if (!this.terminal.isTTY || this.total <= 0) return;
    const share = Math.min(1, this.done / this.total);
    if (share - this.drawn < STEP && share < 1) return;
    this.drawn = share;
    const filled = Math.round(share * WIDTH);
    const line = `${this.label} [${'='.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${Math.floor(share * 100)} %`;
    this.terminal.write(`\r${line.slice(0, (this.terminal.columns ?? 80) - 1)}`);
  }

  /** Clears the line, so that what follows begins at its start. */
  end(): void {
    if (this.drawn >= 0) this.terminal.write('\r\u001b[K');
  }
}
