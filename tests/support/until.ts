// Waiting for a condition, in place of sleeping.

/**
 * Asks again and again until the answer is neither undefined nor false.
 * @param what names the awaited thing in the error. @param limitMs generous: it is reached only when the test fails.
 */
export const until = async <Answer>(
  what: string,
  ask: () => Answer | Promise<Answer>,
  limitMs = 30_000,
): Promise<Exclude<Answer, undefined | false>> => {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<Answer, undefined | false>;
    if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1000} s in vain for ${what}`);
    await new Promise(wake => setTimeout(wake, 25));
  }
};
