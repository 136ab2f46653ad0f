"""The format of a weights file by its name. A name is a hint: what was read of the file itself says more. Pure."""

from collections.abc import Iterable, Mapping

PICKLE = "pickle"
_BY_ENDING: Mapping[str, str] = {
    ".safetensors": "safetensors",
    ".gguf": "gguf",
    ".ggml": "ggml",
    ".onnx": "onnx",
    ".h5": "hdf5",
    ".hdf5": "hdf5",
    ".keras": "keras",
    ".msgpack": "msgpack",
    ".tflite": "tflite",
    ".pt": PICKLE,
    ".pth": PICKLE,
    ".ckpt": PICKLE,
    ".pkl": PICKLE,
    ".pickle": PICKLE,
    ".nemo": "nemo",
    ".mlmodel": "coreml",
    ".llamafile": "llamafile",
}
_TORCH_BINARIES = ("pytorch_model", "adapter_model", "diffusion_pytorch_model", "model", "consolidated")
"""What PyTorch's files that end in .bin are called; other .bin files may be anything."""


def format_of(path: str) -> str:
    """The format that a file's name speaks of; empty where it is no name of a weights file."""
    name = path.rpartition("/")[2].casefold()
    stem, dot, ending = name.rpartition(".")
    if dot and ending == "bin" and stem.startswith(_TORCH_BINARIES):
        return PICKLE
    return _BY_ENDING.get(f"{dot}{ending}", "")


def formats_of(paths: Iterable[str]) -> list[str]:
    """The formats that occur, in order."""
    return sorted({found for path in paths if (found := format_of(path))})
