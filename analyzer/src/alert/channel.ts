/** A receiver of alerts: one generic webhook. */
export interface Channel {
  /** As the configuration names it; it is kept with every message. */
  name: string;
  /** `http:` or `https:`; redirects are not followed. */
  url: string;
  /** `whsec_` and base64, as Standard Webhooks has it. Never logged. */
  secret: string;
}
