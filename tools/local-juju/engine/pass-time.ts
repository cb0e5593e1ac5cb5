// Time that is let pass: all that the model waits for comes so much earlier, and its secrets are so much older.
import type { Model, Secret, Unit } from '../state.ts';

/** What happens at a time: secrets that fall due, `update-status`, and whatever is tried again after a while. */
export const passTime = (model: Model, passedMs: number): void => {
  const earlier = (time: string): string => new Date(Date.parse(time) - passedMs).toISOString();
  for (const secret of Object.values(model.secrets)) ageSecret(secret, earlier);
  for (const unit of Object.values(model.units)) bringForward(unit, earlier);
};

type Earlier = (time: string) => string;

const ageSecret = (secret: Secret, earlier: Earlier): void => {
  for (const dated of [secret, ...secret.revisions]) {
    dated.created = earlier(dated.created);
    dated.updated = earlier(dated.updated);
    if (dated.expires !== undefined) dated.expires = earlier(dated.expires);
  }
  if (secret.nextRotate !== undefined) secret.nextRotate = earlier(secret.nextRotate);
};

const bringForward = ({ agent }: Unit, earlier: Earlier): void => {
  if (agent.nextUpdateStatus !== '') agent.nextUpdateStatus = earlier(agent.nextUpdateStatus);
  for (const [what, time] of Object.entries(agent.secretRetry)) agent.secretRetry[what] = earlier(time);
  if (agent.pending?.retryAt !== undefined) agent.pending.retryAt = earlier(agent.pending.retryAt);
};
