import { describe, expect, it } from 'vitest';
import { row } from '../event.fixture.ts';
import { Facts } from './facts.ts';
import type { ServiceFacts } from './service-facts.ts';

const START = Date.parse('2026-11-23T10:00:00Z');
const at = (seconds: number) => START + seconds * 1_000;

const CLIENT = { role: 'client', service: 'app', connectionId: 'client-side', clientVersion: '5.2.0' } as const;
const SERVER = { role: 'server', service: 'gateway', connectionId: 'server-side', serviceVersion: '1.8.0' } as const;

const clientConnect = row({ ...CLIENT, kind: 'connect', time: at(0) });
const serverConnect = row({ ...SERVER, kind: 'connect', time: at(0.1), parentSpanId: 'client-side' });
const serverClose = row({ ...SERVER, kind: 'close', time: at(5), code: 1007, connectionDuration: 4.9 });
const clientClose = row({
  ...CLIENT,
  kind: 'close',
  time: at(5.1),
  code: 1007,
  payloadDefect: 'invalid_utf8',
  payloadSignature: 'zlib',
  payloadSender: 'server',
});
const clientReturn = row({
  ...CLIENT,
  kind: 'reconnect',
  connectionId: 'next',
  previousConnectionId: 'client-side',
  time: at(8),
  outcome: 'recovered',
});

function serviceOf(facts: Facts, name: string): ServiceFacts {
  const found = [...facts.services.values()].find(service => service.service === name);
  if (!found) throw new Error(`expected a service ${name}, got none`);
  return found;
}

const closesOf = (service: ServiceFacts) =>
  [...service.bins.bins.values()].reduce((sum, bin) => sum + (bin.closes.get(1007) ?? 0), 0);

describe('one connection seen from both ends', () => {
  const rows = [clientConnect, serverConnect, serverClose, clientClose, clientReturn];
  const orders = [rows, rows.toReversed(), [serverClose, clientClose, clientReturn, clientConnect, serverConnect]];
  for (const [index, order] of orders.entries()) {
    it(`counts once, for the server's service, completed by the client (order ${index + 1})`, () => {
      const facts = new Facts();
      for (const event of order) {
        facts.ingest(event);
        facts.release(facts.watermark.value);
      }
      facts.release(at(60));
      expect([...facts.services.values()].map(service => [service.service, closesOf(service)])).toEqual([
        ['gateway', 1],
      ]);
      const [counted] = serviceOf(facts, 'gateway').connections.values();
      expect(counted!.connection).toMatchObject({
        id: 'server-side',
        countedRole: 'server',
        serviceVersion: '1.8.0',
        clientVersion: '5.2.0',
        payloadBug: true,
        payloadDefect: 'invalid_utf8',
        payloadSignature: 'zlib',
        payloadSender: 'server',
        openedAt: at(0.1),
        closedAt: at(5),
        backAt: at(8),
      });
    });
  }

  it("counts a client alone for its own service, once its server's row is 10 s overdue", () => {
    const facts = new Facts();
    facts.ingest(clientConnect);
    facts.ingest(clientClose);
    facts.release(at(9.9));
    expect(facts.services.size).toBe(0);
    facts.release(at(10));
    expect(closesOf(serviceOf(facts, 'app'))).toBe(1);
  });

  it("takes a client's count back when its server's row comes after all", () => {
    const facts = new Facts();
    for (const event of [clientConnect, clientClose]) facts.ingest(event);
    facts.release(at(30));
    for (const event of [serverConnect, serverClose]) facts.ingest(event);
    expect(closesOf(serviceOf(facts, 'app'))).toBe(0);
    expect(closesOf(serviceOf(facts, 'gateway'))).toBe(1);
    expect(serviceOf(facts, 'app').connections.size).toBe(0);
  });

  it("dates the end of a killed server's connection by its client", () => {
    const facts = new Facts();
    for (const event of [clientConnect, serverConnect]) facts.ingest(event);
    facts.ingest(row({ ...CLIENT, kind: 'close', time: at(7), code: 1006 }));
    const [counted] = serviceOf(facts, 'gateway').connections.values();
    expect(counted!.connection).toMatchObject({ closedAt: at(7), code: 1006, payloadBug: false });
  });

  it('counts no connection of a handshake that failed', () => {
    const facts = new Facts();
    facts.ingest(row({ ...SERVER, kind: 'connect', time: at(0), failed: true, httpStatus: 401 }));
    const [service] = facts.services.values();
    expect(service?.connections.size).toBe(0);
    expect(service?.handshakes.size).toBe(1);
  });

  it("lets an application's own 1007 yield to what a library found", () => {
    const facts = new Facts();
    facts.ingest(row({ ...SERVER, kind: 'close', time: at(5), code: 1007, payloadDefect: 'application' }));
    const [counted] = serviceOf(facts, 'gateway').connections.values();
    expect(counted!.connection.payloadBug).toBe(false);
  });
});
