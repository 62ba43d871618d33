import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { RefusalWatch } from './refusal-watch.ts';

const untouched = Socket.prototype.end;
const watch = new RefusalWatch();

afterEach(() => watch.restore());

describe.each([
  ['a socket of net', () => new Socket()],
  ['another stream', () => new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })],
])('the refusal of an upgrade on %s', (_, socketOf) => {
  it('is known by the status in its last words, once', () => {
    const statuses: number[] = [];
    const socket = socketOf();
    watch.begin(socket, status => statuses.push(status));
    socket.on('error', () => undefined); // a socket of net that never connected says so
    socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
    socket.end();
    expect(statuses).toEqual([401]);
  });

  it('is not looked for once the upgrade went well', () => {
    const statuses: number[] = [];
    const socket = socketOf();
    watch.begin(socket, status => statuses.push(status));
    watch.stop(socket);
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
    expect(statuses).toEqual([]);
    expect(Object.hasOwn(socket, 'end')).toBe(false);
  });
});

describe('the sockets of net', () => {
  it('have their own end again after restore', () => {
    watch.begin(new Socket(), () => undefined);
    expect(Socket.prototype.end).not.toBe(untouched);
    watch.restore();
    expect(Socket.prototype.end).toBe(untouched);
  });
});
