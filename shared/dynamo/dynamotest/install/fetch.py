"""Fetches jars from a Maven repository with jgo, a Maven client in Python.

    fetch.py resolve GROUP:ARTIFACT:VERSION       prints the jars it needs, one coordinate a line
    fetch.py download FOLDER < coordinates        puts ARTIFACT-VERSION.jar of each into FOLDER

A repository named in jgo's own configuration file is used as well as the client's default.
Nothing is verified here: the caller knows the hashes.
"""

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import move

from jgo.config import GlobalSettings
from jgo.maven import MavenContext, PythonResolver
from jgo.parse import Coordinate

ATTEMPTS = 3
PARALLEL = 8


def context(cache: Path) -> MavenContext:
    maven = MavenContext(PythonResolver(), repo_cache=cache, timeout=60)
    maven.remote_repos.update(GlobalSettings.load().repositories)
    return maven


def resolve(maven: MavenContext, coordinate: str) -> list[str]:
    root = maven.create_dependency(Coordinate.parse(coordinate))
    inputs, others = maven.resolver.resolve([root])
    found = []
    for d in [*inputs, *others]:
        version = d.version
        if d.type != "jar":
            continue  # native libraries: DynamoDB Local carries its own since 3.3
        if version[0] in "[(":  # a range, which jgo leaves as it is: Maven takes the newest
            project = maven.project(d.groupId, d.artifactId)
            project.update()
            version = project.release
        found.append(f"{d.groupId}:{d.artifactId}:{version}")
    return sorted(found)


def download(maven: MavenContext, coordinates: list[str], folder: Path) -> None:
    def fetch(coordinate: str) -> None:
        artifact = maven.create_dependency(Coordinate.parse(coordinate)).artifact
        for attempt in range(1, ATTEMPTS + 1):
            try:
                move(artifact.resolve(), folder / f"{artifact.artifactId}-{artifact.version}.jar")
                return
            except Exception:
                if attempt == ATTEMPTS:
                    raise
                artifact.cached_path.unlink(missing_ok=True)  # half a file would count as had
                time.sleep(attempt)

    with ThreadPoolExecutor(PARALLEL) as pool:
        for done, _ in enumerate(pool.map(fetch, coordinates), 1):
            if done % 10 == 0 or done == len(coordinates):
                print(f"  {done} of {len(coordinates)} jars", file=sys.stderr, flush=True)


def main() -> None:
    verb, argument = sys.argv[1:]
    with tempfile.TemporaryDirectory() as cache:
        maven = context(Path(cache))
        if verb == "resolve":
            print("\n".join(resolve(maven, argument)))
        else:
            download(maven, sys.stdin.read().split(), Path(argument))


if __name__ == "__main__":
    try:
        main()
    except Exception as failure:  # one line is what a developer needs; the rest is noise
        sys.exit(f"fetch: {failure}")
