import { describe, expect, it } from 'vitest';
import { type CloseSpike, subjectOf } from '../spike/close-spike.ts';
import { connectionOf } from '../wave/connections.fixture.ts';
import { wordsForCloseSpike } from './words-for-close-spike.ts';

const bugs = Array.from({ length: 8 }, (_, index) =>
  connectionOf({
    id: `${index}`,
    clientId: `c${index}`,
    closedAt: 1_000_000 + index,
    code: 1009,
    initiator: index === 7 ? 'remote' : 'local',
  }),
);
const others = Array.from({ length: 32 }, (_, index) =>
  connectionOf({ id: `o${index}`, clientId: `o${index}`, clientVersion: '5.2.0' }),
);

function spikeOf(stream: string, facts: Partial<CloseSpike> = {}): CloseSpike {
  return {
    service: 'gateway',
    subject: subjectOf(stream),
    startedAt: 1_000_000,
    endedAt: 1_090_000,
    closes: 8,
    clients: 8,
    expected: 0.2,
    bugs,
    population: [...bugs, ...others],
    attribution: { cohort: [{ attribute: 'websocket.client.version', value: '5.1.9' }], alsoPossible: [] },
    inWaves: 0,
    ...facts,
  };
}

describe('the words of a close spike', () => {
  it('say how many, what the code means, who closes, whose they are, and what it is not', () => {
    expect(wordsForCloseSpike(spikeOf('close 1009'), null)).toEqual({
      headline: '1009 (Message Too Big) spike in gateway: client 5.1.9',
      mend: 'Compare the size with the limit; split the message or raise the limit on purpose.',
      evidence: [
        '8 closes, 0.2 expected, of 8 clients in 1 min 30 s.',
        'A message is larger than the receiver takes.',
        'The server closes, in 7 of 8.',
        'As a rule it is sent by: The side that received the message.',
        '8 of 8 come from client 5.1.9, 20 % of what could have.',
      ],
      dismissed: [
        'One client that tries again and again: the busiest has 1 of the 8.',
        'A restart or a crash: none of 8 belong to one.',
      ],
    });
  });

  it('say that a rollback would help, and when it began', () => {
    const deploy = {
      version: '1.8.2',
      relation: 'began_after',
      secondsAfterStart: 75,
      rollback: 'would_help',
    } as const;
    const words = wordsForCloseSpike(spikeOf('close 1011'), deploy);
    expect(words.mend).toContain('A rollback of 1.8.2 would help.');
    expect(words.evidence).toContain('It began 1 min 15 s after deploy 1.8.2 did.');
  });

  it.each([
    ['close 4321', '4321 (Private use (4000-4999)) spike in gateway'],
    ['close 1007', '1007 (by the application) spike in gateway'],
    ['handshake 403', 'Handshake 403 (Forbidden) spike in gateway'],
    ['handshake 418', 'Handshake 418 (refused) spike in gateway'],
    ['handshake 302', 'Handshake 302 (redirect) spike in gateway'],
    ['handshake 599', 'Handshake 599 (server error) spike in gateway'],
    ['handshake none', 'Failed handshake (no answer) spike in gateway'],
    ['others', 'Close codes of many kinds spike in gateway'],
  ])('call %s "%s"', (stream, headline) => {
    const words = wordsForCloseSpike(spikeOf(stream, { attribution: { cohort: [], alsoPossible: [] } }), null);
    expect(words.headline).toBe(headline);
    expect(words.mend).not.toBe('');
  });
});
