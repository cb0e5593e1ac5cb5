// The modules as Terraform reads them: their form, that they fit the provider's resources, and that the examples of their page can be planned.
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modules, modulesFolder, openWorkspace, pluginFolder, type Workspace, whyNot } from './terraform.ts';

const reason = whyNot();

if (reason !== undefined) {
  test.skip(`the terraform modules (${reason})`);
} else {
  describe('the terraform modules', () => {
    let workspace: Workspace;
    beforeAll(async () => {
      workspace = await openWorkspace();
    });
    afterAll(() => workspace.close());

    test('are formatted', async () => {
      expect(await workspace.run('terraform', 'fmt', '-check', '-recursive', '-diff')).toEqual({ code: 0, stdout: '', stderr: '' });
    });

    test.each(modules)('%s is valid, with the resources of the provider', async module => {
      const where = join('terraform', module);
      expect(await workspace.run(where, 'init', '-input=false')).toMatchObject({ code: 0, stderr: '' });
      const before = workspace.asked.length;
      const { stdout } = await workspace.run(where, 'validate', '-json');
      expect(JSON.parse(stdout)).toMatchObject({ valid: true, diagnostics: [] });
      expect(workspace.asked.slice(before)).toContain('ValidateResourceConfig');
    });

    test('a resource with attributes that the provider does not have is refused', async () => {
      const where = join('terraform', 'mongos');
      const wrong = join(workspace.folder, where, 'wrong.tf');
      await writeFile(wrong, 'resource "juju_application" "wrong" {\n  model = "shop"\n}\n');
      const { stdout } = await workspace.run(where, 'validate', '-json');
      await rm(wrong);
      const { valid, diagnostics } = JSON.parse(stdout) as { valid: boolean; diagnostics: { summary: string }[] };
      expect(valid).toBe(false);
      expect(diagnostics.map(({ summary }) => summary).sort()).toEqual(['Missing required argument', 'Unsupported argument']);
    });

    test('the examples of the page are planned without a warning', async () => {
      const page = readFileSync(join(modulesFolder, 'README.md'), 'utf8');
      const examples = [...page.matchAll(/```hcl\n(.*?)```/gs)].map(([, text]) => text!);
      await writeFile(join(workspace.folder, 'main.tf'), examples.join('\n'));
      expect(await workspace.run('.', 'init', '-input=false')).toMatchObject({ code: 0 });
      const { resources, diagnostics } = await workspace.plan('.', {});
      expect(diagnostics).toEqual([]);
      const models = resources.filter(({ type }) => type === 'juju_model').map(({ values }) => values.name);
      const applications = resources.filter(({ type }) => type === 'juju_application').map(({ values }) => values.name);
      expect(models).toEqual(['fleet', 'shop']);
      expect(applications.sort()).toEqual(
        ['config-server', 'data-integrator', 'data-integrator', 'mongodb', 'mongos', 'shard-a', 'shard-b'].sort(),
      );
    });
  });

  const plugins = pluginFolder();
  if (plugins === undefined) {
    test.skip('the terraform modules with the provider itself (no plugin folder of terraform has juju/juju)');
  } else {
    test.each(modules)('%s is valid with the provider itself', async module => {
      const workspace = await openWorkspace(false);
      try {
        const where = join('terraform', module);
        expect(await workspace.run(where, 'init', '-input=false', `-plugin-dir=${plugins}`)).toMatchObject({ code: 0, stderr: '' });
        expect(await workspace.run(where, 'validate')).toMatchObject({ code: 0, stderr: '' });
      } finally {
        await workspace.close();
      }
    });
  }
}
