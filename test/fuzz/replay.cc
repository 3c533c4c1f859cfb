// Runs the fuzz target once over every file of the folders given. Prints how many there were.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main(int argc, char** argv) {
  int count = 0;
  for (int i = 1; i < argc; ++i) {
    int here = 0;
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
      if (!file) {
        std::fprintf(stderr, "replay: cannot read %s\n", entry.path().c_str());
        return 1;
      }
      // An allocation of exactly this size, so that AddressSanitizer sees one byte too many.
      const auto input = std::make_unique<uint8_t[]>(bytes.size());
      std::copy(bytes.begin(), bytes.end(), input.get());
      // Said first, so that the last line before an abort names the culprit.
      std::fprintf(stderr, "replay: %s\n", entry.path().c_str());
      LLVMFuzzerTestOneInput(input.get(), bytes.size());
      ++here;
    }
    if (here == 0) {
      std::fprintf(stderr, "replay: no files in %s\n", argv[i]);
      return 1;
    }
    count += here;
  }
  std::printf("%d\n", count);
  return count > 0 ? 0 : 1;
}
