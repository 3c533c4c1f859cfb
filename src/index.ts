/** Everything that a program may use of this package. */

export { announce } from './announce/announce.js';
export type { AnnounceOptions, AnnounceResult } from './announce/announce-api.js';
export { dad } from './dad/dad.js';
export type { DadOptions, DadResult, Doubt, Verdict } from './dad/dad-api.js';
export {
  ArpsweepError,
  type ErrorCode,
  InterfaceError,
  type InterfaceErrorCode,
  NativeLoadError,
  OptionError,
  PermissionError,
  SystemError,
  TargetSyntaxError,
} from './errors.js';
export type { Expectations, ExpectedGroup, ExpectedHost } from './expect/expectation.js';
export type { ListenHost, ListenLink, ListenReport, ListenSpeaker } from './generated/listen-types.js';
export type * from './generated/report-types.js';
export type { PreviousHolders, WatchEvent, WatchedAnnouncement } from './generated/watch-event-types.js';
export type {
  Holder,
  WatchedAddress,
  WatchedFinding,
  WatchedLink,
  WatchState,
} from './generated/watch-state-types.js';
export { listInterfaces } from './links/links.js';
export type { NamedInterface, NamedMachine } from './names/named-machine.js';
export { ping } from './ping/ping.js';
export type {
  Ping,
  PingedAddress,
  PingOptions,
  PingReply,
  PingReport,
  PingResponder,
} from './ping/ping-api.js';
export type { RoundTripSummary } from './ping/round-trips.js';
export { listen } from './speakers/listen.js';
export type { Listen, ListenOptions, Utterance } from './speakers/listen-api.js';
export type { StatementKind } from './speakers/statement.js';
export type { FrameFields } from './sweep/frame-fields.js';
export { sweep } from './sweep/sweep.js';
export type { ProfileName, Progress, Responder, Sweep, SweepOptions } from './sweep/sweep-api.js';
export type { Claimant } from './talk/claims.js';
export { type HostName, parseTargets, type TargetSet } from './targets/parse.js';
export type { Range, Ranges } from './targets/ranges.js';
export type { StateInParts } from './watch/state/state-parts.js';
export { watch } from './watch/watch.js';
export type { Watch, WatchOptions } from './watch/watch-api.js';
