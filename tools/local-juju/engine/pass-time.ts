// Time that is let pass: all that the model waits for comes so much earlier. What is shown keeps its time.
import type { Model, Secret, Unit } from '../state.ts';

/** What happens at a time: secrets that fall due, `update-status`, and whatever is tried again after a while. */
export const passTime = (model: Model, passedMs: number): void => {
  const earlier = (time: string): string => new Date(Date.parse(time) - passedMs).toISOString();
  for (const secret of Object.values(model.secrets)) bringSecretForward(secret, earlier);
  for (const unit of Object.values(model.units)) bringForward(unit, earlier);
};

type Earlier = (time: string) => string;

const bringSecretForward = (secret: Secret, earlier: Earlier): void => {
  if (secret.nextRotate !== undefined) secret.rotationDue = earlier(secret.rotationDue ?? secret.nextRotate);
  for (const revision of secret.revisions) {
    if (revision.expires !== undefined) revision.expiryDue = earlier(revision.expiryDue ?? revision.expires);
  }
};

const bringForward = ({ agent }: Unit, earlier: Earlier): void => {
  if (agent.nextUpdateStatus !== '') agent.nextUpdateStatus = earlier(agent.nextUpdateStatus);
  for (const [what, time] of Object.entries(agent.secretRetry)) agent.secretRetry[what] = earlier(time);
  if (agent.pending?.retryAt !== undefined) agent.pending.retryAt = earlier(agent.pending.retryAt);
};
