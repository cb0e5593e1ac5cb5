// How a hook tool says no.

/** Wrong flags or arguments: `ERROR <message>`, exit code 2. */
export class UsageError extends Error {}

/** What was asked for failed: `ERROR <message>`, exit code 1. */
export class ToolError extends Error {}
