import { diag } from '@opentelemetry/api';
import { Guard } from '../guard.ts';
import { PACKAGE_NAME } from '../version.ts';
import type { ClientIdentity } from './client-identity.ts';
import { setClient } from './set-client.ts';

const guard = new Guard(() => diag.createComponentLogger({ namespace: PACKAGE_NAME }));

/** Sets what the application's reader gives. Its fault must not refuse its client, so it is logged once and swallowed. */
export function setClientFromReader(socket: unknown, read: () => ClientIdentity | undefined): void {
  if (typeof socket !== 'object' || socket === null) return;
  guard.run('the reader of who a client is', () => {
    const identity = read();
    if (identity) setClient(socket, identity);
  });
}
