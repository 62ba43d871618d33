/** ws gives the errors of its handshake a text and no code; these are its texts (lib/websocket.js). */
const HANDSHAKE_ERRORS: readonly (readonly [RegExp, string])[] = [
  [/^Opening handshake has timed out/, 'timeout'],
  [/^WebSocket was closed before the connection was established/, 'aborted'],
  [/^Maximum redirects exceeded/, 'too_many_redirects'],
  [/^Server sent |^Invalid (?:Upgrade|Sec-WebSocket)/, 'invalid_handshake'],
];

/** The name of the symbol under which ws keeps the close code that an error calls for. */
const STATUS_CODE = 'status-code';

/** An error's stable name for `error.type`: its code, what ws's text says, or `_OTHER` (OpenTelemetry's fallback). Never its text. */
export function errorTypeOf(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return HANDSHAKE_ERRORS.find(([text]) => text.test(error.message))?.[1] ?? '_OTHER';
}

/** The close code that an error of ws's receiver calls for, or undefined where it is no such error. */
export function closeCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const symbol = Object.getOwnPropertySymbols(error).find(({ description }) => description === STATUS_CODE);
  const code: unknown = symbol && Reflect.get(error, symbol);
  return typeof code === 'number' ? code : undefined;
}
