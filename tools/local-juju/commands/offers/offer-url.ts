// How a person names an offer: [local:][admin/]<model>.<offer>[:<endpoint>].
import { type Controller, JujuError, type LiveModel } from '../../contract.ts';

export type OfferUrl = { model: string; offer: string; endpoint?: string };

/** Nothing when the words are no offer's URL: names of applications have no dots. */
export function parseOfferUrl(text: string): OfferUrl | undefined {
  const [, model, offer, endpoint] = /^(?:[^:/.]+:)?(?:[^:/.]+\/)?([^:/.]+)\.([^:/.]+)(?::([^:/.]+))?$/.exec(text) ?? [];
  if (model === undefined || offer === undefined) return undefined;
  return { model, offer, ...(endpoint === undefined ? {} : { endpoint }) };
}

/** The model that holds the offer. Throws when there is none of that name. */
export function offeringModel(controller: Controller, { model }: OfferUrl): LiveModel {
  const found = controller.models().find(live => live.state.name === model);
  if (found === undefined) throw new JujuError(`model "admin/${model}" not found`);
  return found;
}
