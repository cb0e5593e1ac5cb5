// JSON text in databags.
import type * as z from 'zod/mini';

/** Undefined for what is no JSON, or not of this shape. */
export function readJson<Value>(text: string | undefined, schema: z.ZodMiniType<Value>): Value | undefined {
  if (text === undefined) return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
