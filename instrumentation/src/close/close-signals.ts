import type { PayloadDefect, PayloadSignature } from '../attributes.ts';

/** What was found out about a message that made the local endpoint fail the connection. Sizes and positions only, never bytes. */
export interface PayloadFinding {
  defect: PayloadDefect;
  /** Index of the first byte that is not UTF-8; undefined where the defect is another one. */
  offset?: number;
  /** Bytes. */
  size?: number;
  /** Frames. */
  fragments?: number;
  signature?: PayloadSignature;
  /** Messages received before this one. */
  messageIndex?: number;
}

/** The first thing that ended a connection: a close frame either way, a failure of our own, or `terminate()`. */
export type FirstSignal = 'sent' | 'received' | 'failed' | 'terminated';

/** The local endpoint failed the connection over what it received. */
export interface LocalFailure {
  /** The code that the failure calls for, which is sent if the socket is still there. */
  code: number;
  /** The library's stable error code, such as `WS_ERR_INVALID_UTF8`. */
  errorType: string;
}

/** Everything that is known about how one connection ended, in the order in which it happened: the first signal stays. */
export class CloseSignals {
  first: FirstSignal | null = null;
  /** Monotonic milliseconds of the first signal. */
  firstAt: number | null = null;
  codeSent: number | null = null;
  reasonSent = '';
  codeReceived: number | null = null;
  reasonReceived = '';
  failure: LocalFailure | null = null;
  finding: PayloadFinding | null = null;

  /** A close frame goes out. 1005 stands for a frame without a code. */
  sent(code: number, reason: string, at: number): void {
    if (this.codeSent !== null) return;
    this.codeSent = code;
    this.reasonSent = reason;
    this.#signal('sent', at);
  }

  /** A close frame came in. 1005 stands for a frame without a code. Answers how to take it back, where the frame proves invalid. */
  received(code: number, reason: string, at: number): () => void {
    this.codeReceived = code;
    this.reasonReceived = reason;
    const isFirst = this.#signal('received', at);
    return () => {
      this.codeReceived = null;
      this.reasonReceived = '';
      if (isFirst) this.first = this.firstAt = null;
    };
  }

  failed(failure: LocalFailure, at: number): void {
    this.failure ??= failure;
    this.#signal('failed', at);
  }

  terminated(at: number): void {
    this.#signal('terminated', at);
  }

  #signal(kind: FirstSignal, at: number): boolean {
    if (this.first !== null) return false;
    this.first = kind;
    this.firstAt = at;
    return true;
  }
}
