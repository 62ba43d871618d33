import type { DueMessage } from '@closewatch/collector';
import { Webhook } from 'standardwebhooks';
import type { Channel } from './channel.ts';
import { retryAfter } from './retry-schedule.ts';

/** What one attempt came to. `problem` names what was expected and what came, without the secret. */
export type Attempt = { accepted: true; status: number } | { accepted: false; problem: string; retryAfter: number };

/** Posts one message; never rejects. */
export type PostWebhook = (message: DueMessage, signal: AbortSignal) => Promise<Attempt>;

const TIMEOUT = 15_000; // 15 s, the least that Standard Webhooks asks senders to grant

/**
 * Makes the sender of one channel, by Standard Webhooks (https://www.standardwebhooks.com): the id stays the same at every
 * attempt, time and signature are the attempt's own. Only 2xx is accepted. Redirects are not followed: the signed body
 * goes where the configuration says. Throws where the URL or the secret is unusable.
 */
export function postWebhookTo(
  channel: Channel,
  { fetch, clock }: { fetch: typeof globalThis.fetch; clock: () => number },
): PostWebhook {
  const signer = signerOf(channel);
  const url = urlOf(channel);
  return async (message, signal) => {
    const now = clock();
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': message.id,
          'webhook-timestamp': String(Math.floor(now / 1000)),
          'webhook-signature': signer.sign(message.id, new Date(now), message.body),
        },
        body: message.body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
      });
      // The answer's text is not needed; an unread body would hold the socket. What goes wrong here is not the answer.
      await response.body?.cancel().catch(() => undefined);
      if (response.ok) return { accepted: true, status: response.status };
      const moved = response.status >= 300 && response.status < 400 ? ' (redirects are not followed)' : '';
      return {
        accepted: false,
        problem: `expected an answer 2xx, got ${response.status}${moved}`,
        retryAfter: retryAfter(response.headers.get('retry-after'), now),
      };
    } catch (error) {
      return { accepted: false, problem: `expected an answer 2xx, got none: ${reasonOf(error)}`, retryAfter: 0 };
    }
  };
}

function signerOf({ name, secret }: Channel): Webhook {
  try {
    return new Webhook(secret);
  } catch (cause) {
    throw new Error(
      `channel ${name}: expected a secret of the form whsec_ and base64, got something else (not shown)`,
      {
        cause,
      },
    );
  }
}

function urlOf({ name, url }: Channel): string {
  const scheme = URL.canParse(url) ? new URL(url).protocol : null;
  if (scheme === 'http:' || scheme === 'https:') return url;
  throw new Error(`channel ${name}: expected an http or https URL, got "${url}"`);
}

/** fetch says "fetch failed", and why in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}
