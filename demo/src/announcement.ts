import type { Story } from './story.ts';

/** The parts of the story, in order. */
export type PhaseName = 'quiet' | 'deploy_1' | 'between' | 'deploy_2' | 'bug' | 'aftermath';

/** What a run of Closewatch over this story has to find: who has the bug, and what the bytes are. */
export interface Truth {
  type: 'truth';
  seed: number;
  service: string;
  environment: string;
  deploys: string[];
  clientVersion: string;
  signature: string;
  defect: 'invalid_utf8';
  /** Index of the first invalid byte in the message. */
  offset: number;
  sender: 'client';
}

/** One line of standard output, as JSON. `at` is in seconds since the demo began. */
export type Announcement =
  | Truth
  | { type: 'narration'; at: number; text: string }
  | { type: 'phase'; name: PhaseName; at: number }
  | { type: 'frozen' };

/** The truth of a story. */
export function truthOf(story: Story): Truth {
  return {
    type: 'truth',
    seed: story.seed,
    service: story.service,
    environment: story.environment,
    deploys: story.deploys.map(deploy => deploy.version),
    clientVersion: story.bug.clientVersion,
    signature: story.bug.wrong.signature,
    defect: 'invalid_utf8',
    offset: story.bug.wrong.offset,
    sender: 'client',
  };
}
