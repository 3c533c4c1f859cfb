/** On which links the commands speak that send frames one by one. */
import type { WhereOptions } from '../talk/options.js';

/** As commander hands them over. */
export interface WhereFlags {
  readonly interface?: readonly string[];
  readonly netns?: string;
  readonly vlan?: string;
}

export function whereOptionsOf({ interface: links, netns, vlan }: WhereFlags): WhereOptions {
  return {
    ...(links && { links }),
    ...(netns !== undefined && { netns }),
    ...(vlan !== undefined && { vlan }),
  };
}
