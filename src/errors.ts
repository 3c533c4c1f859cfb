/** Codes that scripts and programs may rely on. A system error carries the kernel's own name, such as `ENOBUFS`. */
export type ErrorCode =
  | 'ERR_TARGET_SYNTAX'
  | 'ERR_OPTION'
  | 'ERR_INTERFACE_NOT_FOUND'
  | 'ERR_INTERFACE_DOWN'
  | 'ERR_INTERFACE_NO_CARRIER'
  | 'ERR_INTERFACE_NOT_ETHERNET'
  | 'ERR_INTERFACE_AMBIGUOUS'
  | 'ERR_PERMISSION'
  | 'ERR_NATIVE_LOAD'
  | (string & {});

/** Every error that arpsweep throws: what is wrong in one sentence, what to do about it in another. */
export class ArpsweepError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.remedy = remedy;
  }
}

/** Characters of a target that a message repeats. */
const longestShown = 300;

/**
 * A target that cannot be read. `input` is the whole text, or the line of the file, `offset` where in it the trouble
 * starts (from 0, in UTF-16 units), `origin` the file and line, or null for a target that was given as text.
 */
export class TargetSyntaxError extends ArpsweepError {
  readonly input: string;
  readonly offset: number;
  readonly origin: string | null;

  constructor(input: string, offset: number, problem: string, remedy: string, origin: string | null = null) {
    // A file that holds something else altogether may be one long word.
    const shown = input.length > longestShown ? `${input.slice(0, longestShown)}…` : input;
    super(
      'ERR_TARGET_SYNTAX',
      `${problem} in target ${JSON.stringify(shown)} at position ${offset + 1}${origin === null ? '' : ` of ${origin}`}`,
      remedy,
    );
    this.input = input;
    this.offset = offset;
    this.origin = origin;
  }
}

/** An option whose value cannot be right, alone or together with another. */
export class OptionError extends ArpsweepError {
  readonly option: string;

  constructor(option: string, message: string, remedy: string) {
    super('ERR_OPTION', message, remedy);
    this.option = option;
  }
}

export type InterfaceErrorCode = Extract<ErrorCode, `ERR_INTERFACE_${string}`>;

/** A link that is not there or cannot carry ARP as it stands. */
export class InterfaceError extends ArpsweepError {
  constructor(code: InterfaceErrorCode, message: string, remedy: string) {
    super(code, message, remedy);
  }
}

/** The process may not open a packet socket (packet(7): CAP_NET_RAW). */
export class PermissionError extends ArpsweepError {
  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super('ERR_PERMISSION', message, remedy, options);
  }
}

/** A system call failed; `code` is the kernel's name for the error. */
export class SystemError extends ArpsweepError {
  readonly errno: number;
  readonly syscall: string;

  constructor(code: string, errno: number, syscall: string, message: string, remedy: string) {
    super(code, message, remedy);
    this.errno = errno;
    this.syscall = syscall;
  }
}

/** The native addon is not there or does not load here. */
export class NativeLoadError extends ArpsweepError {
  readonly tried: readonly string[];

  constructor(tried: readonly string[]) {
    super(
      'ERR_NATIVE_LOAD',
      `The native addon could not be loaded (${tried.join('; ')}).`,
      'Build it with "npm rebuild arpsweep" (in a checkout: "npm run build"); that needs g++, make and python3.',
    );
    this.tried = tried;
  }
}
