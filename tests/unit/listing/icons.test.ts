// The icons as Charmhub wants them: 100x100, a circle with a drawing on it, and nothing that is fetched from elsewhere.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectFolder } from '../../support/project.ts';

test.each(['icon.svg', 'mongos/icon.svg'])('%s', file => {
  const icon = readFileSync(join(projectFolder, file), 'utf8');
  expect(icon).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="100" height="100" viewBox="0 0 100 100">/);
  expect(icon).toContain('<circle cx="50" cy="50" r="50" fill="#');
  expect(icon.trimEnd()).toMatch(/<\/svg>$/);
  expect(icon).not.toMatch(/href|url\(|<script|<style|<image|\bon\w+=/);
});
