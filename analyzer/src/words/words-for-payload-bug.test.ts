import { describe, expect, it } from 'vitest';
import { cohortCounts } from '../attribution/cohort-counts.ts';
import { payloadKinds, payloadOf } from '../attribution/payload-of.ts';
import type { Connection } from '../connection.ts';
import type { PayloadBugIncident } from '../incident.ts';
import type { VerdictPayload } from '../verdict.ts';
import { connectionOf, lifeOf, wavesOf } from '../wave/connections.fixture.ts';
import { type PayloadBugStory, wordsForPayloadBug } from './words-for-payload-bug.ts';

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
    bugs: bugs(),
    found: [],
    ...facts,
  };
}

/** The story of these bugs among 180 other connections, with whatever the test says of it. */
function storyOf(facts: Partial<PayloadBugStory> = {}): PayloadBugStory {
  const incident = facts.incident ?? incidentOf();
  const attribution = facts.attribution ?? { cohort: [], alsoPossible: [] };
  const payload = facts.payload ?? gzip;
  const others = Array.from({ length: 180 }, (_, index) =>
    connectionOf({ id: `fine ${index}`, serviceVersion: index % 2 === 0 ? '1.8.1' : '1.8.2' }),
  );
  return {
    incident,
    attribution,
    payload,
    kinds: [{ ...payload, bugs: incident.bugs.length }],
    counts: cohortCounts(incident.bugs, [...incident.bugs, ...others], attribution.cohort),
    deploy: null,
    versions: null,
    fromVersion: null,
    wave: null,
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
    const words = wordsForPayloadBug(
      storyOf({
        incident: incidentOf(),
        attribution: { cohort: [version520], alsoPossible: [[{ attribute: 'cloud.region', value: 'eu-west-1' }]] },
        payload: gzip,
        deploy: { version: '1.8.2', relation: 'began_inside', secondsAfterStart: 14, rollback: 'would_not_help' },
        versions: { onNew: 6, onOld: 5, expectedOnNew: 5.8, expectedOnOld: 5.2, rollback: 'would_not_help' },
        fromVersion: '1.8.1',
        wave: wave ?? null,
      }),
    );
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
        'Server 1.8.2: 6 of the 11 clients failed first on it, where 5.8 would be its share, and 5 on 1.8.1.',
        'The deploy wave: 20 closes are expected, and 100 % are back.',
        'One noisy client: the busiest of the 11 has 2 of the 20.',
        'A fault that hits everybody: the other 181 connections had 1.',
        'A network drop: 20 of the 20 were refused for what they carried; beside them none went away without a close frame.',
        'A proxy on the way: of 181 other connections over the same instance 1 had it.',
      ],
    });
  });

  it('say nothing that the data does not say', () => {
    const blank = bugs().map(bug => ({ ...bug, payloadDefect: null, payloadSignature: null, payloadSender: null }));
    const words = wordsForPayloadBug(
      storyOf({
        incident: incidentOf({ bugs: blank.slice(0, 2), closes: 4_000, clients: 2 }),
        attribution: { cohort: [], alsoPossible: [] },
        payload: { defect: 'unknown', signature: 'unknown', offset: null, sender: 'unknown' },
      }),
    );
    expect(words).toEqual({
      headline: '1007 bug spike in gateway: payloads that are refused as not UTF-8',
      mend: 'Send raw bytes in a binary frame; instrument the receiving end, and the next one shows what they are.',
      evidence: ['4,000 payload closes, 0.8 expected, from 2 clients.'],
      dismissed: [
        'A deploy: no marker and no new version came before it.',
        'A network drop: 2 of the 2 were refused for what they carried; beside them none went away without a close frame.',
      ],
    });
  });

  it('say nothing of the network where the closes carry no sign that the bytes were refused', () => {
    const cut = bugs().map(bug => ({ ...bug, code: 1006, payloadDefect: null, payloadSignature: null }));
    const { dismissed } = wordsForPayloadBug(storyOf({ incident: incidentOf({ bugs: cut }) }));
    expect(dismissed.filter(line => line.startsWith('A network drop'))).toEqual([]);
  });

  it('do not rule a proxy out where the compression is broken', () => {
    const attribution = { cohort: [version520], alsoPossible: [] };
    const of = (payload: VerdictPayload) => wordsForPayloadBug(storyOf({ attribution, payload })).dismissed;
    expect(of(gzip).some(line => line.startsWith('A proxy'))).toBe(true);
    expect(of({ ...gzip, defect: 'invalid_deflate' }).some(line => line.startsWith('A proxy'))).toBe(false);
  });

  it('say how long ago the last deploy was where it is too long', () => {
    const deploy = { version: '1.8.2', relation: 'none', secondsAfterStart: 7_500 } as const;
    const { dismissed, evidence } = wordsForPayloadBug(storyOf({ deploy }));
    expect(dismissed).toContain('A deploy: the last one, 1.8.2, began 2 h 5 min before.');
    expect(evidence.filter(line => line.includes('1.8.2'))).toEqual([]);
  });

  it('say what the test of versions has found, and that it is not who came back first', () => {
    const version = {
      kind: 'serviceVersion',
      version: '1.8.2',
      sick: 18,
      sickOnNew: 14,
      expectedOnNew: 5.1,
      expectedUnstratified: 7.3,
      evidence: 2_412.4,
    } as const;
    const alarm = {
      by: 'deploy_test',
      about: '1.8.2',
      since: 1_000,
      firstAt: 1_000_000,
      evidence: 2,
      version,
    } as const;
    const { evidence, dismissed } = wordsForPayloadBug(storyOf({ incident: incidentOf({ found: [alarm] }) }));
    expect(evidence).toContain(
      'The test of versions finds server 1.8.2: 14 of 18 sick clients are on it, where 5.1 would be its share; odds of 2,412 to 1.',
    );
    expect(dismissed).toContain(
      'The clients that came back first: client by client and region by region 1.8.2 was due 5.1 of the 18, all together 7.3; it has 14.',
    );
  });

  it('say in which cohort it was found, where that is all that shows it', () => {
    const alarm = { since: 1_000, firstAt: 1_000_000, evidence: 2, version: null };
    const cohort = { ...alarm, by: 'cohort', about: 'client desktop 5.2.0' } as const;
    const evidenceOf = (found: PayloadBugIncident['found']) =>
      wordsForPayloadBug(storyOf({ incident: incidentOf({ found }) })).evidence;
    expect(evidenceOf([cohort])).toContain(
      'It was found among client desktop 5.2.0 alone: in all of the service it does not stand out.',
    );
    const rate = { ...alarm, by: 'rate', about: null } as const;
    expect(evidenceOf([cohort, rate])).toContain('It was found among client desktop 5.2.0 alone.');
    expect(evidenceOf([rate, cohort]).join()).not.toContain('It was found among');
  });

  it.each([
    [
      'would_help',
      'Server 1.8.2 has 14 of the 18 clients that failed first on it or 1.8.1, where 6 would be its share.',
    ],
    ['unknown', 'Whether a rollback would help can’t be told: 14 clients failed first on 1.8.2, 4 on 1.8.1.'],
  ] as const)('say of a rollback that %s what it rests on', (rollback, line) => {
    const versions = { onNew: 14, onOld: 4, expectedOnNew: 6, expectedOnOld: 12, rollback };
    const deploy = { version: '1.8.2', relation: 'began_inside', secondsAfterStart: 14, rollback } as const;
    const { evidence } = wordsForPayloadBug(storyOf({ deploy, versions, fromVersion: '1.8.1' }));
    expect(evidence).toContain(line);
  });

  it('name every kind of payload that is a fifth or more, each with how to mend it', () => {
    const mixed = bugs().map((bug, index) =>
      index < 8 ? { ...bug, payloadSignature: 'cut_sequence' as const, payloadOffset: 1023 } : bug,
    );
    const words = wordsForPayloadBug(
      storyOf({ incident: incidentOf({ bugs: mixed }), payload: payloadOf(mixed), kinds: payloadKinds(mixed) }),
    );
    expect(words.headline).toBe(
      '1007 bug spike in gateway: clients send gzip as text and text with a character cut in two',
    );
    expect(words.mend).toMatch(/^Send compressed bytes .* Where it is text with a character cut in two \(8 of 20\): /);
    expect(words.evidence).toContain('The bytes look like gzip, the first bad one at offset 1, in 12 of 20.');
    expect(words.evidence).toContain('A character is cut at byte 1,023, in 8 of 20.');
  });

  it('name the bytes of a cohort that is one by its payload', () => {
    const cohort = [version520, { attribute: 'websocket.payload.signature', value: 'gzip' }];
    const { evidence, headline } = wordsForPayloadBug(storyOf({ attribution: { cohort, alsoPossible: [] } }));
    expect(headline).toBe('1007 bug spike in gateway: client 5.2.0 sends gzip as text');
    expect(evidence[1]).toBe(
      '19 of 20 come from client 5.2.0 (where the bytes look like gzip), 9.5 % of the connections.',
    );
  });

  it('say that the server sends it, and that a rollback would help', () => {
    const words = wordsForPayloadBug(
      storyOf({
        incident: incidentOf(),
        attribution: { cohort: [{ attribute: 'service.version', value: '1.8.2' }], alsoPossible: [] },
        payload: { ...gzip, sender: 'server', signature: 'cut_sequence', offset: 1023 },
        deploy: { version: '1.8.2', relation: 'began_after', secondsAfterStart: 420, rollback: 'would_help' },
        wave: null,
      }),
    );
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
    const { headline } = wordsForPayloadBug(
      storyOf({
        incident: incidentOf(),
        attribution: { cohort: [...cohort], alsoPossible: [] },
        payload: { ...gzip, sender },
      }),
    );
    expect(headline).toBe(`1007 bug spike in gateway: ${who}`);
  });

  it('carry a hostile version name as one short line of plain text', () => {
    const value = `5.2.0\u202e\n<script>alert(1)</script>${'x'.repeat(500)}`;
    const { headline } = wordsForPayloadBug(
      storyOf({
        incident: incidentOf({ service: 'gate\nway' }),
        attribution: { cohort: [{ attribute: 'websocket.client.version', value }], alsoPossible: [] },
        payload: gzip,
      }),
    );
    expect(headline).toBe(
      `1007 bug spike in gate way: client 5.2.0 <script>alert(1)</script>${'x'.repeat(28)}… sends gzip as text`,
    );
  });
});
