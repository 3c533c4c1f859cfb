/** Listens for ARP on any number of links, without sending. */

import type { ListenerStatus, ListenLink, NativeAddon } from '../native.js';
import { explainNativeError, systemFailure } from '../system-error.js';
import { decodeHeardFrame, type HeardFrame, heardFrameBuffer } from './heard-frame.js';

/** A link, and what to call it. */
export interface NamedLink extends ListenLink {
  readonly label: string;
}

/** A listener at work. It holds the process alive until it has ended. */
export interface Listening {
  /**
   * Resolves when it has ended, and all that was heard has been handed over.
   * @throws SystemError where the kernel ended it
   */
  readonly done: Promise<void>;
  /** Ends it once what the kernel has received by now is handed over. */
  finish(): void;
  /** Ends it now; what is not handed over yet is lost. */
  close(): void;
  status(): ListenerStatus;
}

/** Frames kept between two turns of the event loop: a thousand a second for eight seconds. */
const usualCapacity = 8192;
const framesAtOnce = 256;
const framesPerTurn = 8192;

/**
 * Starts to listen: what is on the wire from now on is heard.
 * @param onFrames gets frames in the order of each link; across links, their times tell
 * @param capacity frames that are kept until they are handed over, 160 bytes each
 * @throws PermissionError, SystemError
 */
export function listenOn(
  addon: Pick<NativeAddon, 'Listener'>,
  links: readonly NamedLink[],
  onFrames: (frames: readonly HeardFrame[]) => void,
  capacity = usualCapacity,
): Listening {
  const buffer = heardFrameBuffer(framesAtOnce);
  let settle = (_fault: ListenerStatus['fault']): void => {};
  const ended = new Promise<ListenerStatus['fault']>((resolve) => {
    settle = resolve;
  });
  const listener = new addon.Listener(capacity, () => wake());
  const wake = (): void => {
    // The state first: what was heard by the end is there by then.
    const { state, fault } = listener.status();
    let handedOver = 0;
    for (
      let count = framesAtOnce;
      count === framesAtOnce && handedOver < framesPerTurn;
      handedOver += count
    ) {
      count = listener.drain(buffer.bytes);
      if (count > 0) onFrames(Array.from({ length: count }, (_, i) => decodeHeardFrame(buffer.view, i)));
    }
    // In a flood the queue never runs empty, and others have something to do as well.
    if (handedOver >= framesPerTurn) setImmediate(wake);
    else if (state === 'done') settle(fault);
  };
  const close = (): void => {
    listener.close();
    settle(null);
  };
  try {
    for (const link of links) open(listener, link);
    listener.start();
  } catch (error) {
    close();
    throw explainNativeError(error, 'listen');
  }
  const done = ended.then((fault) => {
    listener.close();
    if (fault) throw systemFailure(fault, 'listen');
  });
  return { done, finish: () => listener.finish(), close, status: () => listener.status() };
}

function open(listener: { open(link: ListenLink): void }, link: NamedLink): void {
  try {
    listener.open(link);
  } catch (error) {
    throw explainNativeError(error, `listen on ${link.label}`);
  }
}
