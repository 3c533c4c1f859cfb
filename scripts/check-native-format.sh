#!/bin/sh
# Fails where a native source is not as clang-format would write it; `npm run format` puts that right.
set -eu
cd "$(dirname "$0")/.."
find native test/fuzz -name '*.cc' -o -name '*.h' | sort | xargs "${CLANG_FORMAT:-clang-format}" --dry-run -Werror
