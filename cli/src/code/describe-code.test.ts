import { describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error.ts';
import { compareCodes, describeCode } from './describe-code.ts';

describe('one close code', () => {
  it('says what it means, who sends it, when it appears and what to do', () => {
    expect(describeCode(1007, 80)).toBe(`1007 Invalid Frame Payload Data

Meaning  A message does not fit its type: a text message is not UTF-8.
Sent by  The side that received the bytes; its own close event may say 1006. The
         bug is on the other side.
Appears  When somebody sends binary or compressed bytes as text, cuts a message
         inside a character, or uses another charset. A restart does not cause
         it.
Do       Page whoever owns the sender. Raw bytes go into binary frames, text
         frames carry UTF-8 only. Reconnecting does not help: the client sends
         the same again.
Source   RFC 6455, section 7.4.1; sections 5.6 and 8.1
`);
  });

  it('has the meaning of its range where it has none of its own', () => {
    expect(describeCode(4001, 80)).toBe(`4001 Private use (4000-4999)

Meaning  Defined by the application itself.
Sent by  The application on either side.
Appears  As the application decides: at logout, at a second login, at a kick.
Do       Look it up in the code of the application; a sudden rise begins with a
         release of it.
Source   RFC 6455, section 7.4.2
`);
  });

  it.each([
    [0, '0 Not used (0-999)'],
    [999, '999 Not used (0-999)'],
    [1000, '1000 Normal Closure'],
    [1012, '1012 Service Restart'],
    [1016, '1016 Unassigned (1000-2999)'],
    [2999, '2999 Unassigned (1000-2999)'],
    [3000, '3000 Unauthorized'],
    [3999, '3999 Libraries and frameworks (3000-3999)'],
    [4000, '4000 Private use (4000-4999)'],
    [4999, '4999 Private use (4000-4999)'],
  ])('%i is titled "%s"', (code, title) => {
    expect(describeCode(code).split('\n')[0]).toBe(title);
  });

  it.each([-1, 5000, 1007.5, Number.NaN])('%d is refused with what was expected', code => {
    expect(() => describeCode(code)).toThrow(new UsageError(`expected a close code from 0 to 4999, got ${code}`));
  });
});

describe('two close codes', () => {
  it('stand side by side', () => {
    expect(
      compareCodes(1007, 1012, 100),
    ).toBe(`         1007 Invalid Frame Payload Data               1012 Service Restart

Meaning  A message does not fit its type: a text       The server restarts. The client may come
         message is not UTF-8.                         back: 1-5 s later by common advice, 5-30 s
                                                       by its registration, at random in any case.
Sent by  The side that received the bytes; its own     Servers that drain before they stop, such as
         close event may say 1006. The bug is on the   uvicorn and Phoenix.
         other side.
Appears  When somebody sends binary or compressed      In waves at a rolling deploy, instance by
         bytes as text, cuts a message inside a        instance; a proxy can turn it into 1005 or
         character, or uses another charset. A         1006.
         restart does not cause it.
Do       Page whoever owns the sender. Raw bytes go    Nothing, if the version changed and the
         into binary frames, text frames carry UTF-8   clients came back 1-5 s later. If they stay
         only. Reconnecting does not help: the client  away, come at once or all together: mend
         sends the same again.                         their reconnect.
Source   RFC 6455, section 7.4.1; sections 5.6 and     IANA WebSocket Close Code Number Registry
         8.1
`);
  });

  it('stand one after the other where the terminal is narrow', () => {
    expect(compareCodes(1007, 1012, 58)).toBe(`${describeCode(1007, 58)}\n${describeCode(1012, 58)}`);
  });

  it('fit the terminal at every width', () => {
    for (let width = 40; width <= 200; width++) {
      const widest = Math.max(
        ...compareCodes(1007, 1012, width)
          .split('\n')
          .map(line => line.length),
      );
      expect(widest).toBeLessThanOrEqual(Math.min(width, 140));
    }
  });

  it('are refused when the second is none', () => {
    expect(() => compareCodes(1007, 70000, 100)).toThrow(
      new UsageError('expected a close code from 0 to 4999, got 70000'),
    );
  });
});
