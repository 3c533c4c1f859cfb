// Writes the frame catalogue into a folder, a file a frame: seeds for the fuzzer and inputs of the replay.

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "frame_catalogue.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_catalogue FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder(argv[1]);
  std::filesystem::create_directories(folder);
  for (const auto& entry : arpsweep::test::FrameCatalogue()) {
    std::string name = entry.name;
    for (char& c : name) {
      if (c == ' ' || c == '/') c = '-';
    }
    std::ofstream file(folder / name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(entry.frame.data()),
               static_cast<std::streamsize>(entry.frame.size()));
    if (!file.flush()) {
      std::fprintf(stderr, "write_catalogue: cannot write %s\n", (folder / name).c_str());
      return 1;
    }
  }
  return 0;
}
