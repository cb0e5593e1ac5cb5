// What a model consumes of others: consume, remove-saas.
import { JujuError } from '../../contract.ts';
import type { Call, CommandSpec } from '../spec.ts';
import { isApplicationName } from '../text/names.ts';
import { type OfferUrl, offeringModel, parseOfferUrl } from './offer-url.ts';

export const consume: CommandSpec = {
  name: 'consume',
  summary: 'Gives an offer of another model a name in this one',
  usage: '<offer url> [<name>]',
  most: 2,
  details: 'The name then stands for an application in "juju integrate". Without a name it is that of the offer.',
  examples: ['juju consume prod.mongodb', 'juju consume admin/prod.mongodb database'],
  flags: [],
  run(call) {
    const [word, alias] = call.args;
    if (word === undefined) throw new JujuError('no remote offer specified', 2);
    if (alias !== undefined && !isApplicationName(alias)) throw new JujuError(`invalid application name "${alias}"`, 2);
    const url = parseOfferUrl(word);
    if (url === undefined) throw new JujuError('offer URL is missing the name');
    if (url.endpoint !== undefined) throw new JujuError(`saas offer "${word}" shouldn't include endpoint`);
    consumeOffer(call, url, alias ?? url.offer);
    call.console.err(`Added admin/${url.model}.${url.offer} as ${alias ?? url.offer}\n`);
    return 0;
  },
};

/** Makes sure that the model consumes the offer under this name. */
export function consumeOffer(call: Call, url: OfferUrl, alias: string): void {
  call.model().consume(offeringModel(call.controller, url).state, url.offer, alias);
}

export const removeSaas: CommandSpec = {
  name: 'remove-saas',
  aliases: ['remove-consumed-application'],
  summary: 'Removes what is consumed of other models',
  usage: '<name> [<name> …]',
  details: 'Its relations are removed first.',
  examples: ['juju remove-saas mongodb'],
  flags: [
    { names: ['force'], help: 'Remove its relations even where hooks fail' },
    { names: ['no-wait'], help: 'Accepted with --force as Juju does; without effect' },
  ],
  run(call) {
    const { args, flags, console } = call;
    if (args.length === 0) throw new JujuError('no SAAS application names specified', 2);
    const wrong = args.find(name => !isApplicationName(name));
    if (wrong !== undefined) throw new JujuError(`invalid SAAS application name "${wrong}"`, 2);
    if (flags.on('no-wait') && !flags.on('force')) throw new JujuError('--no-wait requires --force');
    let code = 0;
    for (const name of args) {
      try {
        call.model().removeRemoteApplication(name, flags.on('force'));
      } catch (error) {
        if (!(error instanceof JujuError)) throw error;
        console.err(`removing SAAS application ${name} failed: ${error.message}\n`);
        code = 1;
      }
    }
    return code;
  },
};
