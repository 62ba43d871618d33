import type { CloseInitiator, PayloadDefect, Role } from '../attributes.ts';
import { isLibraryPayloadReason, saysInvalidUtf8 } from './close-reason.ts';
import type { CloseSignals } from './close-signals.ts';

/** A close as it is reported, as opposed to what one side's `close` event says. */
export interface EffectiveClose {
  code: number;
  initiator: CloseInitiator;
  /** The reason that came with the effective code, not scrubbed. */
  reason: string;
  defect: PayloadDefect | null;
  /** Who sent the bytes that were at fault, where bytes were. */
  sender: Role | null;
}

/**
 * The effective close code by the three rules of the conventions, with the initiator and the payload's defect.
 * 1. The local endpoint failed the connection over what it received: the code it sent. `ws` reports 1006 there.
 * 2. Otherwise the code of whichever close frame came first.
 * 3. No close frame: 1006.
 */
export function effectiveClose(signals: CloseSignals, role: Role): EffectiveClose {
  const { first } = signals;
  const base = { defect: defectOf(signals), sender: senderOf(signals, role) };
  if (first === 'failed' && signals.failure) {
    const code = signals.codeSent ?? signals.failure.code;
    return { ...base, code, initiator: 'local', reason: signals.reasonSent };
  }
  if (first === 'sent' && signals.codeSent !== null) {
    return { ...base, code: signals.codeSent, initiator: 'local', reason: signals.reasonSent };
  }
  if (first === 'received' && signals.codeReceived !== null) {
    return { ...base, code: signals.codeReceived, initiator: 'remote', reason: signals.reasonReceived };
  }
  return { ...base, code: 1006, initiator: first === 'terminated' ? 'local' : 'transport', reason: '' };
}

function defectOf(signals: CloseSignals): PayloadDefect | null {
  if (signals.finding) return signals.finding.defect;
  if (signals.first === 'sent' && signals.codeSent === 1007) return 'application';
  if (signals.first !== 'received') return null;
  if (signals.codeReceived === 1007 && !isLibraryPayloadReason(signals.reasonReceived)) return 'application';
  if (signals.codeReceived === 1002 && saysInvalidUtf8(signals.reasonReceived)) return 'invalid_utf8';
  return null;
}

function senderOf(signals: CloseSignals, role: Role): Role | null {
  if (signals.finding) return role === 'server' ? 'client' : 'server';
  if (signals.first !== 'received' || defectOf(signals) === 'application') return null;
  const blamed = signals.codeReceived === 1007 || defectOf(signals) !== null;
  return blamed ? role : null;
}

/** Codes that mean a bug or a failure; 1000, 1001, 1005, 1012, 1013 and the application's 3000-4999 are expected. */
const ERROR_CODES: ReadonlySet<number> = new Set([1002, 1003, 1006, 1007, 1008, 1009, 1010, 1011, 1014, 1015]);

/** Whether a close with this effective code gives its span the status ERROR. */
export function isErrorCode(code: number): boolean {
  return ERROR_CODES.has(code);
}
