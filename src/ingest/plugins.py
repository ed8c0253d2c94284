"""Find plugins, load them and list what they offer. The only file besides `hookspecs` that knows pluggy."""

from __future__ import annotations

import difflib
import hashlib
import importlib
import importlib.metadata
import importlib.util
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pluggy

from ingest import hookspecs
from ingest.component import Component
from ingest.errors import PluginError

__all__ = ["BUILTINS", "ENTRY_POINT_GROUP", "Origin", "Plugins"]

ENTRY_POINT_GROUP = "ingest"
BUILTINS = "ingest.builtin"
KINDS = ("reader", "step", "writer", "executor")

# Installed plugins to load, comma-separated; empty loads none, unset loads all.
LOAD_VARIABLE = "INGEST_LOAD_PLUGINS"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a plugin came from."""

    plugin: str
    """Name of the plugin: module, entry point or file."""
    source: str
    """`built-in`, the package that installed it, or the file's path."""
    version: str


class Plugins:
    """All loaded plugins and the components they offer.

    Args:
        files: plugin files that the config names.
        disable: names of plugins not to load.
        import_timeout: seconds that the import of one plugin may take.

    Raises:
        PluginError: a plugin can't be imported, takes too long, misspells a hook, or offers something that is
            not a component or has a name that is taken.
    """

    def __init__(
        self, files: Sequence[str | Path] = (), disable: Sequence[str] = (), import_timeout: float = 30.0
    ) -> None:
        self._manager = pluggy.PluginManager("ingest")
        self._manager.add_hookspecs(hookspecs)
        self._timeout = import_timeout
        self._disable = frozenset(disable)
        self._seen: set[str] = set()
        self.origins: dict[str, Origin] = {}
        self._owners: dict[type[Component], Origin] = {}
        self._components: dict[str, dict[str, type[Component]]] = {kind: {} for kind in KINDS}
        self._load_builtins()
        self._load_entry_points()
        for file in files:
            self._load_file(Path(file))
        self._check_disabled(disable)
        self._check_hooks()
        self._collect_components()

    # What callers use

    def components(self, kind: str) -> dict[str, type[Component]]:
        """Give the components of one kind (`reader`, `step`, `writer`, `executor`) by name."""
        return self._components[kind]

    def owner(self, component: type[Component]) -> Origin:
        """Say which plugin offers this component."""
        return self._owners[component]

    def edition(self, component: type[Component]) -> tuple[str, str]:
        """Name the plugin that offers this component, and which one it is: its version, or the hash of its file."""
        origin = self._owners[component]
        if not origin.version and os.path.isfile(origin.source):
            return origin.plugin, hashlib.sha256(Path(origin.source).read_bytes()).hexdigest()
        return origin.plugin, origin.version

    def run_started(self, plan: Any) -> None:
        self._notify("run_started", plan=plan)

    def shard_finished(self, plan: Any, report: Any) -> None:
        self._notify("shard_finished", plan=plan, report=report)

    def run_finished(self, plan: Any, report: Any) -> None:
        self._notify("run_finished", plan=plan, report=report)

    def register_commands(self, cli: Any) -> None:
        self._notify("register_commands", cli=cli)

    # Loading

    def _load_builtins(self) -> None:
        module = importlib.import_module(BUILTINS)
        self._register(module, Origin(BUILTINS, "built-in", importlib.metadata.version("ingest")))

    def _load_entry_points(self) -> None:
        wanted = os.environ.get(LOAD_VARIABLE)
        names = None if wanted is None else {name.strip() for name in wanted.split(",") if name.strip()}
        found = sorted(importlib.metadata.entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name)
        if names and (unknown := names - {point.name for point in found}):
            raise PluginError(min(unknown), f"named in {LOAD_VARIABLE}, but no installed package offers it")
        for point in found:
            if names is not None and point.name not in names:
                continue
            package = point.dist
            origin = Origin(point.name, package.name if package else point.value, package.version if package else "")
            if self._wanted(origin):
                self._register(self._import(point.name, point.load), origin)

    def _load_file(self, path: Path) -> None:
        origin = Origin(path.stem, str(path), "")
        if not self._wanted(origin):
            return
        if not path.is_file():
            raise PluginError(path.stem, f"there is no file {path}")
        self._register(self._import(path.stem, lambda: import_file(path)), origin)

    def _wanted(self, origin: Origin) -> bool:
        self._seen.add(origin.plugin)
        return origin.plugin not in self._disable

    def _check_disabled(self, disable: Iterable[str]) -> None:
        for name in disable:
            if name not in self._seen:
                near = difflib.get_close_matches(name, self._seen, 1)
                hint = f"; did you mean {near[0]!r}?" if near else f"; loaded are: {', '.join(sorted(self._seen))}"
                raise PluginError(name, f"can't be disabled, no plugin has that name{hint}")

    def _import(self, name: str, load: Callable[[], Any]) -> Any:
        """Run `load` in a thread, so that a plugin that never finishes its import can be named and left behind."""
        outcome: list[Any] = []
        failure: list[BaseException] = []

        def target() -> None:
            try:
                outcome.append(load())
            except BaseException as error:  # noqa: BLE001  sys.exit() in a plugin is the plugin's failure as well
                failure.append(error)

        thread = threading.Thread(target=target, name=f"import {name}", daemon=True)
        thread.start()
        thread.join(self._timeout)
        if thread.is_alive():
            raise PluginError(name, f"its import did not finish in {self._timeout:g} seconds")
        if failure:
            error = failure[0]
            raise PluginError(name, f"its import failed: {type(error).__name__}: {error}") from error
        return outcome[0]

    def _register(self, plugin: Any, origin: Origin) -> None:
        if origin.plugin in self.origins:
            first = self.origins[origin.plugin]
            raise PluginError(origin.plugin, f"comes twice, from {first.source} and from {origin.source}")
        try:
            self._manager.register(plugin, origin.plugin)
        except (ValueError, pluggy.PluginValidationError) as error:
            raise PluginError(origin.plugin, str(error)) from error
        self.origins[origin.plugin] = origin

    def _check_hooks(self) -> None:
        try:
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            plugin = self._manager.get_name(error.plugin) or "?"
            known = [name for name in vars(hookspecs) if hasattr(getattr(hookspecs, name), "ingest_spec")]
            raise PluginError(plugin, f"{error}; the hooks are: {', '.join(known)}") from error

    def _collect_components(self) -> None:
        for implementation in self._manager.hook.register_components.get_hookimpls():
            origin = self.origins[implementation.plugin_name]
            for component in self._offered(implementation.function, origin):
                self._add_component(component, origin)

    def _offered(self, function: Callable[[], Any], origin: Origin) -> list[Any]:
        try:
            return list(function())
        except Exception as error:
            raise PluginError(origin.plugin, f"register_components failed: {type(error).__name__}: {error}") from error

    def _add_component(self, component: Any, origin: Origin) -> None:
        if not (isinstance(component, type) and issubclass(component, Component) and component.kind in KINDS):
            message = f"register_components gave {component!r}, not a subclass of Reader, Step, Writer or Executor"
            raise PluginError(origin.plugin, message)
        if not re.fullmatch(r"[a-z][a-z0-9_]*", component.name):
            message = f"{component.__name__} needs a name of lower-case letters, digits and _, not {component.name!r}"
            raise PluginError(origin.plugin, message)
        taken = self._components[component.kind].get(component.name)
        if taken is not None and taken is not component:
            message = (
                f"offers the {component.kind} {component.name!r}, a name that {self._owners[taken].plugin!r} has "
                f"already ({self._owners[taken].source}); rename one or disable the other"
            )
            raise PluginError(origin.plugin, message)
        self._components[component.kind][component.name] = component
        self._owners[component] = origin

    def _notify(self, hook: str, **arguments: Any) -> None:
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            wanted = {name: arguments[name] for name in implementation.argnames}
            try:
                implementation.function(**wanted)
            except Exception as error:
                message = f"its hook {hook} failed: {type(error).__name__}: {error}"
                raise PluginError(cast(str, implementation.plugin_name), message) from error


def import_file(path: Path) -> ModuleType:
    """Import a plugin file as `ingest_plugin_NAME`.

    The module goes into `sys.modules`: pickling and pydantic's forward references look there.
    """
    name = "ingest_plugin_" + re.sub(r"\W", "_", path.stem)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
