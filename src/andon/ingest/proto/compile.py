"""
Compile the .proto files beside this script into ``otlp.binpb``; needs grpcio-tools, a development tool.

Used by hand after a change to a .proto file, and by the test that compares the two.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def compile_descriptors(out: Path) -> None:
    """
    Write the descriptor set of every .proto file here to ``out``.

    Raises:
        subprocess.CalledProcessError: A .proto file does not compile; protoc has said why on stderr.
    """
    files = sorted(str(path.relative_to(HERE)) for path in HERE.rglob("*.proto"))
    protoc = [sys.executable, "-m", "grpc_tools.protoc", f"-I{HERE}", f"--descriptor_set_out={out}", *files]
    subprocess.run(protoc, check=True, cwd=HERE)  # noqa: S603 (our own interpreter and files)


if __name__ == "__main__":
    compile_descriptors(HERE / "otlp.binpb")
