#!/usr/bin/env python3
# Finds, as far as a script can see, the statements that g++ 12.2 miscompiles in coroutines: an await in a condition, a
# conditional expression, a throw or an owning temporary with braces beside an await, a lambda that captures by value.
# Prints "file:line: what is wrong" and exits 1 if there is one. `await-shape-ok: why` in a comment on the line of the
# co_await exempts it. --self-test checks the checker.
import re
import sys

from sources import cpp_files, line_of, read, without_comments_and_literals

AWAIT = re.compile(r"\bco_await\b")
BLOCK_BEFORE_BRACE = re.compile(r"(\)|\belse|\bdo|\btry|\bconst|\bnoexcept|\boverride|\bmutable|->\s*[\w:<>,&*\s]+)\s*$")
CONDITION = re.compile(r"^(?:else\s+)?(if|while|switch|for)\b(\s+constexpr)?\s*\(")
# [=] and captures with an initialiser. What a plain name captures is not visible here; the API's own static_asserts see it.
BY_VALUE_CAPTURE = re.compile(r"(?<![\w\])])\[(?=[^\]]*=)([^\]\[]*)\]\s*(?:\(|\{|mutable)")
OPTION_BRACES = re.compile(r"^\{\s*(?:\.\w|\})")
BARE_TEMPORARY = re.compile(r"[\w>]$")


def matching(code, open_position):
    """The position of the bracket that closes the one at open_position, or the end."""
    pairs = {"(": ")", "{": "}", "[": "]"}
    stack = []
    for position in range(open_position, len(code)):
        char = code[position]
        if char in pairs:
            stack.append(pairs[char])
        elif stack and char == stack[-1]:
            stack.pop()
            if not stack:
                return position
    return len(code) - 1


def opens_block(code, brace):
    before = code[max(0, brace - 200):brace].rstrip()
    if not before or before[-1] in ";{}:":
        return before[-1:] != ":" or not before.endswith("::")
    return bool(BLOCK_BEFORE_BRACE.search(before))


def statement_around(code, position):
    """Start and end of the statement that holds `position`: brackets balanced, nested blocks not crossed."""
    start, depth = position, 0
    while start > 0:
        char = code[start - 1]
        if char in ")]":
            depth += 1
        elif char == "}":
            if depth <= 0 and not is_initializer_end(code, start - 1):
                break
            depth += 1
        elif char in "([":
            depth -= 1
        elif char == "{":
            if depth <= 0 and opens_block(code, start - 1):
                break
            depth -= 1
        elif char == ";" and depth == 0:
            break
        start -= 1
    end = position
    while end < len(code):
        char = code[end]
        if char in "([{":
            if char == "{" and opens_block(code, end) and not in_parentheses(code, start, end):
                break
            end = matching(code, end)
        elif char in ";}":
            break
        end += 1
    return start, end


def in_parentheses(code, start, position):
    depth = 0
    for char in code[start:position]:
        depth += char == "("
        depth -= char == ")"
    return depth > 0


def is_initializer_end(code, brace):
    """Whether the } at `brace` ends an initialiser that the statement goes on after."""
    after = code[brace + 1:brace + 40].lstrip()
    return after[:1] in (",", ")", ".", ";", "]") or after[:2] in ("->", "==", "!=", "&&", "||")


def without_lambda_bodies(statement):
    """Blanks the bodies of lambdas: their statements are looked at on their own."""
    out = statement
    for brace in [match.start() for match in re.finditer(r"\{", statement)]:
        before = out[:brace].rstrip()
        if out[brace] == "{" and re.search(r"\](\s*\([^()]*\))?(\s*mutable)?(\s*->\s*[\w:<>&*, ]+)?$", before):
            end = matching(out, brace)
            out = out[:brace] + "{" + re.sub(r"[^\n]", " ", out[brace + 1:end]) + out[end:]
    return out


def shapes_in(code):
    """Yields (position of the co_await, what is wrong)."""
    for match in re.finditer(r"\bfor\s*\(", code):
        header = code[match.end():matching(code, match.end() - 1)]
        if ";" in header and AWAIT.search(header):
            yield match.end() + AWAIT.search(header).start(), "co_await in the header of 'for': await into a local first"
    for match in AWAIT.finditer(code):
        start, end = statement_around(code, match.start())
        statement = without_lambda_bodies(code[start:end])
        body = statement.strip()
        condition = CONDITION.match(body)
        if condition:
            close = matching(statement, statement.index("("))
            is_range_for = condition.group(1) == "for"  # its range is evaluated once, into a local
            if start + statement.index("(") < match.start() <= start + close and not is_range_for:
                yield match.start(), f"co_await in the condition of '{condition.group(1)}': await into a local first"
                continue
            # The statement under the condition is what counts.
            statement = statement[close + 1:]
            body = statement.strip()
        if re.match(r"throw\b", body):
            yield match.start(), "co_await in a throw expression: await into a local first"
        if re.search(r"\?(?!\?)", re.sub(r"operator\s*\?", "", statement)):
            yield match.start(), "?: in a statement with co_await: choose with if/else into a local first"
        if BY_VALUE_CAPTURE.search(statement):
            yield match.start(), "a lambda that captures by value in a statement with co_await: name it first, and move it"
        options_end = -1
        for brace in [found.start() for found in re.finditer(r"\{", statement)]:
            before = statement[:brace].rstrip()
            if brace < options_end:
                continue  # inside an option struct, which is trivially destructible as a whole
            if re.search(r"\](\s*\([^()]*\))?(\s*mutable)?(\s*->\s*[\w:<>&*, ]+)?$", before):
                continue  # a lambda's body
            is_option = OPTION_BRACES.match(statement[brace:]) and before[-1:] in ("(", ",")
            if is_option:
                options_end = matching(statement, brace)
            elif BARE_TEMPORARY.search(before) or before[-1:] in ("(", ",", "="):
                yield match.start(), "braces of a temporary in a statement with co_await: name the object first"
                break


def findings_in(path, text):
    code = without_comments_and_literals(text)
    lines = text.split("\n")
    for position, what in shapes_in(code):
        line = line_of(code, position)
        if "await-shape-ok:" not in lines[line - 1]:
            yield f"{path}:{line}: {what}"


BAD = [
    "if (co_await ready()) { f(); }",
    "while (!co_await ready()) {}",
    "for (int i = 0; co_await more(i); ++i) { f(); }",
    "switch (co_await kind()) { case 1: break; }",
    "do { f(); } while (co_await more());",
    "co_await (c ? a() : b());",
    "auto x = c ? co_await a() : 3;",
    "co_await f(Order{\"x\", 3});",
    "co_await f({\"x\", 3});",
    "co_return Agg{co_await g()};",
    "Agg x{.a = co_await g()};",
    "Agg x = {co_await g(), 1};",
    "throw Error(co_await g());",
    "co_await wait([=] { return done; });",
    "co_await wait([this, copy = text] { return done; });",
    "if (x) co_await f(Order{1});",
    "{ int a = 1; co_await f(a, Order{1}); }",
    "co_await when_all({a(), b()});",
]
GOOD = [
    "co_await wait([this, n] { return done_ >= n; });",
    "co_await sleep(10s);",
    "co_await execute_activity<&do_purchase>(purchase_, {.start_to_close_timeout = 1min});",
    "auto r = co_await execute_activity<&a>(1, {.start_to_close_timeout = 1min, .retry = {}});",
    "co_await wait([&] { return done; });",
    "co_await wait([this] { return done_ ? 1 : 0; });",
    "co_await wait([&, this] { Order o{1}; return o.x; });",
    "Order order{\"x\", 3}; co_await f(std::move(order));",
    "auto x = c ? 1 : 2; co_await f(x);",
    "if (x) { co_await f(); }",
    "for (int i = 0; i < n; ++i) { auto o = Order{1}; co_await f(o); }",
    "if (x) co_await f();",
    "for (int i = 0; i < n; ++i) co_await f(i);",
    "try { co_await f(); } catch (const E&) { co_return Order(1); }",
    "Task run() { co_await f(); Order o{1}; }",
    "auto t = [](int n) -> Task<int> { co_await f(n); co_return n; }; Order o{1};",
    "Order a{1}; Order b{2}; co_await f(); Order c{3};",
    "struct W { int x{1}; Task run() { co_await f(); } };",
]


def self_test():
    failed = [f"not found: {code}" for code in BAD if not any(shapes_in(without_comments_and_literals(code)))]
    failed += [f"wrongly found: {code}: {what}" for code in GOOD for _, what in shapes_in(without_comments_and_literals(code))]
    for text in failed:
        print(f"await_shapes self-test: {text}")
    return 1 if failed else 0


def main():
    if "--self-test" in sys.argv:
        return self_test()
    # tests/compile_fail/cases are mistakes on purpose.
    files = [path for path in cpp_files() if not str(path).startswith("tests/compile_fail/cases/")]
    findings = [text for path in files for text in findings_in(path, read(path))]
    for text in findings:
        print(text)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
