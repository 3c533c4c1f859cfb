/** A watch with HTTP beside it, from the first listening to the last farewell. */

import {
  InterfaceError,
  NativeLoadError,
  OptionError,
  PermissionError,
  TargetSyntaxError,
} from '../errors.js';
import type { WatchEvent } from '../generated/watch-event-types.js';
import type { Watch, WatchOptions } from '../watch/watch-api.js';
import { openServer } from './http-server.js';
import { isLoopback, type ListenAddress } from './listen-address.js';
import { createListener } from './routes.js';
import { createSidecar, type SidecarOptions } from './sidecar.js';

export interface ServeOptions extends SidecarOptions {
  readonly listen: ListenAddress;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Called once HTTP is served; nothing is sent before. */
  readonly begin: (hooks: Required<Pick<WatchOptions, 'onSweep' | 'onTrouble' | 'signal'>>) => Watch;
  readonly onListening: (url: string) => void;
  readonly onEvent: (event: WatchEvent) => void;
  /** A sweep was made. */
  readonly onSweep: () => void;
  /** A sweep could not be made, and will be tried again. */
  readonly onTrouble: (error: Error) => void;
}

/**
 * Resolves when it was ended by its signal.
 * @throws SystemError where HTTP cannot be served
 * @throws ArpsweepError where what is asked for can never be swept; a link that is not there is waited for
 */
export async function runServe(options: ServeOptions): Promise<void> {
  const { listen, begin, onListening, onEvent } = options;
  const sidecar = createSidecar(options);
  const server = await openServer(listen, createListener(sidecar, isLoopback(listen.host)));
  const giveUp = new AbortController();
  let hasSwept = false;
  let failure: Error | null = null;
  try {
    onListening(server.url);
    const watch = begin({
      signal: AbortSignal.any([options.signal, giveUp.signal]),
      onSweep(report) {
        hasSwept = true;
        sidecar.swept(report);
        options.onSweep();
      },
      onTrouble(error) {
        sidecar.notSwept(error);
        if (hasSwept || !isHopeless(error)) {
          options.onTrouble(error);
          return;
        }
        failure = error;
        giveUp.abort();
      },
    });
    sidecar.began(watch);
    for await (const event of watch) {
      sidecar.changed(event);
      onEvent(event);
    }
    await watch.finished;
    if (failure) throw failure;
  } finally {
    sidecar.ended();
    await server.close();
  }
}

/** What no waiting mends: words that cannot be right, a missing permission, a device without Ethernet. */
function isHopeless(error: Error): boolean {
  return (
    error instanceof OptionError ||
    error instanceof TargetSyntaxError ||
    error instanceof PermissionError ||
    error instanceof NativeLoadError ||
    (error instanceof InterfaceError && error.code === 'ERR_INTERFACE_NOT_ETHERNET')
  );
}
