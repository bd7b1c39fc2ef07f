"""
What happens inside one session: turns, model calls, tool calls, commits.

A session holds only what its agent is able to tell: Codex says nothing of slash commands and hooks, a
review bot nothing but model calls and tools.
"""

from __future__ import annotations

from andon.demo import texts
from andon.demo.dice import Dice
from andon.demo.facts import (
    Fact,
    FileChange,
    GitKind,
    Hook,
    Message,
    ModelCall,
    Origin,
    Outcome,
    Purpose,
    Session,
    Skill,
    ToolCall,
    ToolKind,
)
from andon.demo.habits import (
    BUILTIN_COMMANDS,
    COMMANDS,
    HOOKS,
    MCP_TOOLS,
    SKILLS,
    SUBAGENT_TYPES,
    TOOL_NAMES,
    TOOL_WEIGHTS,
    helper_model,
)
from andon.demo.world import Person

DAY = 86_400_000_000_000
"""Nanoseconds of a day."""
LATEST_TURN = DAY - 3_600_000_000_000
"""Nanoseconds into the day: a turn begins early enough for the session to end on its own day."""
_SECOND = 1_000_000_000
_CONTEXT_LIMIT = 180_000
_CALLS_AT_ONCE = {1: 80, 2: 14, 3: 6}
_OUTCOMES: dict[Outcome, int] = {"ok": 190, "error": 7, "denied": 3}


class Telling:
    """Writes one session's facts, turn by turn; *at* is the session's own clock."""

    def __init__(self, rng: Dice, person: Person, session: Session) -> None:
        self.rng = rng
        self.person = person
        self.session = session
        self.facts: list[Fact] = session.facts
        self.at = session.started_at
        self.midnight = session.started_at - session.started_at % DAY
        self.context = 12_000 + rng.below(9_000)
        self.cached = 0
        self.has_edited = False

    def tell(self) -> None:
        """Write the whole session: a title, some turns, an end."""
        interactive = self.session.client != "non-interactive-cli"
        if self.session.client == "terminal-ui" and self.session.agent in ("claude-code", "codex"):
            self._title()
        turns = 1 if not interactive else 1 + min(9, int(self.rng.expovariate(0.55)))
        for turn in range(turns):
            if turn and self.at - self.midnight > LATEST_TURN:
                break
            self._turn()
            self.at += int(self.rng.triangular(20, 900, 60) * _SECOND)
        if self.session.agent == "claude-code" and interactive and self.rng.happens(0.3):
            self._say("builtin", self.rng.pick(BUILTIN_COMMANDS))

    def _tick(self, low_ms: int, high_ms: int) -> int:
        self.at += self.rng.between(low_ms * 1_000_000, high_ms * 1_000_000)
        return self.at

    def _say(self, origin: Origin, command: str = "", text: str = "") -> None:
        content = text or (f"/{command}" if command else texts.prompt(self.rng))
        self.facts.append(Message(self._tick(200, 900), origin, command, content))

    def _turn(self) -> None:
        self._ask()
        self.has_edited = False
        steps = 1 + min(24, int(self.rng.lognormvariate(1.15, 0.8)))
        for _ in range(steps):
            self._model_call(text=texts.answer(self.rng) if self.rng.happens(0.2) else "")
            for _ in range(self.rng.draw(_CALLS_AT_ONCE)):
                self._tool_call()
        if self.has_edited and self.session.agent != "bot" and self.rng.happens(0.4):
            self._commit()
        self._model_call(text=texts.answer(self.rng))
        if self.person.has_hooks and self.session.agent in ("native", "claude-code"):
            self.facts.append(Hook(self._tick(5, 60), "Stop", "", "notify"))

    def _ask(self) -> None:
        if self.session.agent == "bot":
            return
        tells_commands = self.session.agent in ("native", "claude-code")
        if tells_commands and self.rng.happens(0.15):  # some turns are commands
            command = self.rng.draw(COMMANDS)
            self._say("command", command)
            if self.session.agent == "claude-code":
                self.facts.append(Skill(self._tick(5, 30), command, by_command=True))
        else:
            self._say("human")

    def _title(self) -> None:
        call = ModelCall(
            at=self._tick(300, 900),
            model=helper_model(self.session.agent, self.session.model),
            purpose="auxiliary",
            uncached=300 + self.rng.below(500),
            cache_read=0,
            cache_write=0,
            output=8 + self.rng.below(14),
            reasoning=0,
            has_effort=False,
            text="",
            duration_ms=400 + self.rng.below(500),
            response_id=f"req_{self.rng.getrandbits(96):024x}",
        )
        self.facts.append(call)

    def _model_call(self, *, text: str, purpose: Purpose = "main") -> None:
        rng = self.rng
        uncached = 3 + rng.below(60) if self.session.model.startswith("claude") else 200 + rng.below(2500)
        output = 20 + int(rng.lognormvariate(5.0, 0.9))
        thinks = self.person.index % 3 == 0 and not self.session.model.startswith("claude-haiku")
        read, grown = self.cached, max(0, self.context - self.cached)
        writes = self.session.model.startswith("claude")
        self.facts.append(
            ModelCall(
                at=self._tick(1_200, 14_000),
                model=self.session.model,
                purpose=purpose,
                uncached=uncached if writes else uncached + grown,
                cache_read=read,
                cache_write=grown if writes else 0,
                output=output,
                reasoning=output // 3 if thinks and self.session.agent != "claude-code" else 0,
                has_effort=thinks,
                text="" if self.session.agent == "bot" else text,
                duration_ms=800 + rng.below(9_000),
                response_id=f"req_{rng.getrandbits(96):024x}",
            )
        )
        self.cached = self.context
        self.context += output + rng.between(200, 3_500)
        if self.context > _CONTEXT_LIMIT:
            self.context, self.cached = 24_000, 0

    def _tool_call(self) -> None:
        agent, rng = self.session.agent, self.rng
        weights = TOOL_WEIGHTS["spec" if self.session.level == "spec" else agent]
        word = rng.draw(weights)
        outcome: Outcome = "ok"
        if agent != "bot":
            outcome = rng.draw(_OUTCOMES)
        if word == "mcp":
            server = rng.pick(self.person.team.servers)
            self._call(rng.pick(MCP_TOOLS[server]), "mcp", outcome, server=self._spelled(server))
        elif word == "skill":
            self._skill(outcome)
        elif word == "subagent":
            self._subagent(outcome)
        elif word in ("edit", "create"):
            self._change_file(word, outcome)
        else:
            detail = texts.command(rng) if word == "execute" else texts.path(rng, self._extension())
            self._call(TOOL_NAMES[agent][word], "builtin", outcome, detail=detail)

    def _spelled(self, server: str) -> str:
        # People write `GitHub` into their settings; reports fold the case.
        return "GitHub" if server == "github" and self.person.index % 11 == 0 else server

    def _extension(self) -> str:
        extensions = self.person.team.extensions
        return self.rng.draw(extensions)

    def _change_file(self, word: str, outcome: Outcome) -> None:
        rng, changes = self.rng, []
        files = 2 if self.session.agent == "codex" and rng.happens(0.2) else 1
        for _ in range(files):
            extension = self._extension()
            added, removed = 1 + rng.below(60), 0 if word == "create" else rng.below(25)
            path = texts.path(rng, extension)
            changes.append(
                FileChange("create" if word == "create" else "edit", path, extension, added, removed)
            )
        name = TOOL_NAMES[self.session.agent][word]
        done = outcome == "ok"
        self._call(name, "builtin", outcome, changes=tuple(changes) if done else (), detail=changes[0].path)
        self.has_edited = self.has_edited or done
        if self.person.has_hooks and done and self.session.agent in ("native", "claude-code"):
            matcher, command = HOOKS.get(changes[0].extension, ("*", "prettier --write"))
            self.facts.append(Hook(self._tick(20, 400), "PostToolUse", matcher, command, tool=name))

    def _skill(self, outcome: Outcome) -> None:
        name = self.rng.draw(SKILLS)
        if self.session.agent != "codex":
            self._call(TOOL_NAMES[self.session.agent]["skill"], "skill", outcome, detail=name)
        if outcome == "ok":
            self.facts.append(Skill(self._tick(2, 20), name))

    def _subagent(self, outcome: Outcome) -> None:
        kind = self.rng.pick(SUBAGENT_TYPES)
        self._call(TOOL_NAMES[self.session.agent]["subagent"], "subagent", outcome, detail=kind)
        if outcome != "ok":
            return
        for _ in range(self.rng.between(1, 4)):
            self._model_call(text="", purpose="subagent")
        self._model_call(text=texts.answer(self.rng), purpose="subagent")
        if self.session.agent == "claude-code":
            self._say("synthetic", text=texts.notification(kind))

    def _commit(self) -> None:
        works = self.rng.happens(0.95)  # a hook refuses some
        subject = self.rng.pick(texts.SUBJECTS)
        self._git(f"git add -A && git commit -q -m '{subject} {texts.MARK}'", "commit" if works else None)
        if works and self.rng.happens(0.3):  # several commits a pull request
            self._git(f"gh pr create --title '{subject}' --body {texts.MARK}", "pull_request")

    def _git(self, command: str, done: GitKind | None) -> None:
        name = TOOL_NAMES[self.session.agent]["execute"]
        self._call(name, "builtin", "ok" if done else "error", detail=command, git=done)

    def _call(  # noqa: PLR0913 (a call has as many sides)
        self,
        name: str,
        kind: ToolKind,
        outcome: Outcome,
        *,
        server: str = "",
        detail: str = "",
        changes: tuple[FileChange, ...] = (),
        git: GitKind | None = None,
    ) -> None:
        duration = 5 + int(self.rng.lognormvariate(4.5, 1.4))
        self.facts.append(
            ToolCall(
                at=self._tick(20, 4_000),
                name=name,
                kind=kind,
                outcome=outcome,
                level=self.session.level,
                duration_ms=duration,
                call_id=f"call_{self.rng.getrandbits(96):024x}",
                server=server,
                detail=detail,
                changes=changes,
                git=git,
            )
        )
