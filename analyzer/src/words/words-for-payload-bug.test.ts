import { describe, expect, it } from 'vitest';
import type { Connection } from '../connection.ts';
import type { PayloadBugIncident } from '../incident.ts';
import type { VerdictPayload } from '../verdict.ts';
import { connectionOf, lifeOf, wavesOf } from '../wave/connections.fixture.ts';
import { wordsForPayloadBug } from './words-for-payload-bug.ts';

const gzip: VerdictPayload = { defect: 'invalid_utf8', signature: 'gzip', offset: 1, sender: 'client' };
const version520 = { attribute: 'websocket.client.version', value: '5.2.0' };

/** 19 bugs of 10 clients with 5.2.0 on both servers, and one of another client; 200 connections in all. */
function bugs(): Connection[] {
  return Array.from({ length: 20 }, (_, index) =>
    connectionOf({
      id: `bug ${index}`,
      clientId: index === 19 ? 'other' : `c-${index % 10}`,
      clientVersion: index === 19 ? '5.1.9' : '5.2.0',
      serviceVersion: index % 2 === 0 ? '1.8.1' : '1.8.2',
      openedAt: 1_000_000,
      closedAt: 1_000_000 + (index + 1) * 18_000,
      code: 1007,
      payloadBug: true,
      payloadDefect: 'invalid_utf8',
      payloadSignature: 'gzip',
      payloadOffset: 1,
      payloadSender: 'client',
      payloadMessageIndex: index % 2,
    }),
  );
}

function incidentOf(facts: Partial<PayloadBugIncident> = {}): PayloadBugIncident {
  const hit = bugs();
  const others = Array.from({ length: 180 }, (_, index) =>
    connectionOf({ id: `fine ${index}`, serviceVersion: index % 2 === 0 ? '1.8.1' : '1.8.2' }),
  );
  return {
    id: 'v-1',
    service: 'gateway',
    environment: 'prod',
    status: 'open',
    severity: 'page',
    startedAt: 1_000_000,
    detectedAt: 1_060_000,
    endedAt: null,
    confidence: 0.998,
    closes: 20,
    clients: 11,
    expected: 0.8,
    bugs: hit,
    population: [...hit, ...others],
    ...facts,
  };
}

describe('the words for a payload bug', () => {
  it('say what and who, how to mend it, why, and what was ruled out with its numbers', () => {
    const roll = [0, 1].flatMap(index => [
      ...lifeOf({ instance: `old-${index}`, sheds: 980 + index * 10 }),
      ...lifeOf({ instance: `new-${index}`, version: '1.8.2', opensAt: 984 + index * 10 }),
    ]);
    const [wave] = wavesOf(roll, { now: 1_300_000 });
    const words = wordsForPayloadBug({
      incident: incidentOf(),
      attribution: { cohort: [version520], alsoPossible: [[{ attribute: 'cloud.region', value: 'eu-west-1' }]] },
      payload: gzip,
      deploy: { version: '1.8.2', relation: 'began_inside', secondsAfterStart: 14, rollback: 'would_not_help' },
      wave: wave ?? null,
    });
    expect(words).toEqual({
      headline: '1007 bug spike in gateway: client 5.2.0 sends gzip as text',
      mend: 'Send compressed bytes in a binary frame, or decompress first.',
      evidence: [
        '20 payload closes, 0.8 expected, from 11 clients in 6 min.',
        '19 of 20 come from client 5.2.0, 9.5 % of the connections.',
        'The data can’t tell it from: clients in region eu-west-1.',
        'The bytes look like gzip, the first bad one at offset 1, in 20 of 20.',
        'The clients send them, in 20 of 20, as the first or second message after the open.',
        'It began 14 s into deploy 1.8.2.',
      ],
      dismissed: [
        'Server 1.8.2: 5 of the 11 clients failed on 1.8.1 first.',
        'The deploy wave: 20 closes are expected, and 100 % are back.',
        'One noisy client: the busiest of the 11 has 2 of the 20.',
        'A fault that hits everybody: the other 181 connections had 1.',
      ],
    });
  });

  it('say nothing that the data does not say', () => {
    const blank = bugs().map(bug => ({ ...bug, payloadDefect: null, payloadSignature: null, payloadSender: null }));
    const words = wordsForPayloadBug({
      incident: incidentOf({ bugs: blank.slice(0, 2), population: [], closes: 4_000, clients: 2 }),
      attribution: { cohort: [], alsoPossible: [] },
      payload: { defect: 'unknown', signature: 'unknown', offset: null, sender: 'unknown' },
      deploy: null,
      wave: null,
    });
    expect(words).toEqual({
      headline: '1007 bug spike in gateway: payloads that are refused as not UTF-8',
      mend: 'Send raw bytes in a binary frame; instrument the receiving end, and the next one shows what they are.',
      evidence: ['4,000 payload closes, 0.8 expected, from 2 clients.'],
      dismissed: [],
    });
  });

  it('say that the server sends it, and that a rollback would help', () => {
    const words = wordsForPayloadBug({
      incident: incidentOf(),
      attribution: { cohort: [{ attribute: 'service.version', value: '1.8.2' }], alsoPossible: [] },
      payload: { ...gzip, sender: 'server', signature: 'cut_sequence', offset: 1023 },
      deploy: { version: '1.8.2', relation: 'began_after', secondsAfterStart: 420, rollback: 'would_help' },
      wave: null,
    });
    expect(words.headline).toBe('1007 bug spike in gateway: server 1.8.2 sends text with a character cut in two');
    expect(words.mend).toBe(
      'A character is cut at byte 1,023: split on code points, not on bytes. A rollback of 1.8.2 would help.',
    );
    expect(words.evidence).toContain('It began after deploy 1.8.2, 7 min after that began.');
  });

  it.each([
    [[], 'client', 'clients send gzip as text'],
    [[{ attribute: 'service.version', value: '1.8.2' }], 'client', 'clients send gzip as text to server 1.8.2'],
    [[version520], 'server', 'the server sends gzip as text to client 5.2.0'],
    [[version520], 'unknown', 'gzip as text between client 5.2.0 and the server'],
    [
      [{ attribute: 'websocket.client.name', value: 'desktop' }, version520, { attribute: 'url.path', value: '/live' }],
      'client',
      'client desktop 5.2.0 sends gzip as text on /live',
    ],
    [[{ attribute: 'cloud.region', value: 'eu-west-1' }], 'client', 'clients send gzip as text in region eu-west-1'],
  ] as const)('name a cohort of %j whose payload comes from the %s', (cohort, sender, who) => {
    const { headline } = wordsForPayloadBug({
      incident: incidentOf(),
      attribution: { cohort: [...cohort], alsoPossible: [] },
      payload: { ...gzip, sender },
      deploy: null,
      wave: null,
    });
    expect(headline).toBe(`1007 bug spike in gateway: ${who}`);
  });

  it('carry a hostile version name as one short line of plain text', () => {
    const value = `5.2.0\u202e\n<script>alert(1)</script>${'x'.repeat(500)}`;
    const { headline } = wordsForPayloadBug({
      incident: incidentOf({ service: 'gate\nway' }),
      attribution: { cohort: [{ attribute: 'websocket.client.version', value }], alsoPossible: [] },
      payload: gzip,
      deploy: null,
      wave: null,
    });
    expect(headline).toBe(
      `1007 bug spike in gate way: client 5.2.0 <script>alert(1)</script>${'x'.repeat(28)}… sends gzip as text`,
    );
  });
});
