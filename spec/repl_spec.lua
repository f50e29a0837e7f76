local complete = require "hosskeep.repl_complete"
local printer = require "hosskeep.repl_print"

describe("the prompt without a terminal", function()
    local function repl(input, ...)
        return process.run { argv = { hosskeep.executable, "repl", ... }, stdin = input }
    end

    it("prints results, keeps globals, goes on over lines", function()
        local result = repl "x = 20\nx + 1\nfor i = 1, 2 do\nprint(i)\nend\n_, 'b'\n_2\n=_1 .. 'c'"
        assert.equal(0, result.code, result.stderr)
        assert.equal('21\n1\n2\n21\n"b"\n"b"\n"bc"\n', result.stdout)
    end)

    it("ends at the first error, exit 2", function()
        local result = repl "error 'boo'\nprint 'not reached'\n"
        assert.equal(2, result.code)
        assert.equal("error: prompt:1: boo\n", result.stderr)
        assert.equal("", result.stdout)
        assert.equal(2, repl("x +").code)
        assert.equal(2, repl("nosuch").code)
        assert.equal(2, repl(":nosuch").code)
        assert.equal(2, repl("fs.open '/none'").code)
    end)

    it("ends at :quit", function()
        assert.same({ code = 0, stdout = "1\n", stderr = "" }, repl "1\n:quit\n2\n")
    end)

    it("does not open what is no archive", function()
        local result = repl("1", "--archive", "/dev/null")
        assert.not_equal(0, result.code)
        assert.matches("^hosskeep: .*/dev/null", result.stderr)
    end)
end)

describe("the printer", function()
    it("sorts, nests and escapes", function()
        assert.equal('{ 1, 2, a = "x\\n", ["end"] = true, [10] = {} }',
            (printer.text { 1, 2, a = "x\n", ["end"] = true, [10] = {} }):gsub(
                "%[10%] = {}, (.-) }", "%1, [10] = {} }"))
        assert.equal('"\\x00\\"\\\\"', printer.text '\0"\\')
        assert.equal("json.null", printer.text(json.null))
        assert.equal("function (C)", printer.text(print))
        assert.equal("1.5", printer.text(1.5))
    end)

    it("keeps to depth, width and length, and finds cycles", function()
        assert.equal("{ a = { b = { c = {...} } } }", printer.text { a = { b = { c = { 1 } } } })
        local cycle = {}
        cycle[1] = cycle
        assert.equal("{ <cycle> }", printer.text(cycle))
        assert.equal("{\n  a = 1,\n  b = 2\n}", printer.text({ a = 1, b = 2 }, { width = 10 }))
        assert.matches("%(100000 bytes%)$", printer.text(string.rep("x", 100000)))
        local many = {}
        for i = 1, 1000 do many[i] = i end
        assert.matches("200,?\n? *%.%.%.", printer.text(many))
    end)

    it("calls nothing but __tostring", function()
        local strict = setmetatable({}, { __index = error, __pairs = error, __len = error })
        assert.equal("{}", printer.text(strict))
        assert.equal("open /none: No such file or directory",
            printer.text(select(2, try(fs.open, "/none"))))
    end)

    it("masks secrets", function()
        log.secret "s3cret-of-repl"
        assert.equal('{ "***" }', printer.text { "s3cret-of-repl" })
    end)
end)

describe("completion", function()
    local prompt = { env = setmetatable({ r = stream.from_string "", t = { one = 1, two = print },
        loud = setmetatable({}, { __index = function() error "called" end }) },
        { __index = hosskeep.terminal().globals }) }

    local function of(line)
        return complete.candidates(prompt, line, line:match "[%w_.:/-]*$")
    end

    it("knows globals, fields and methods", function()
        assert.same({ "stream" }, of "strea")
        assert.same({ "hash.file", "hash.sha256" }, of "x = hash.")
        assert.same({ "r:read", "r:read_all" }, of "r:rea")
        assert.same({ "t.one", "t.two" }, of "t.")
        assert.same({ "t:two" }, of "t:")
        assert.same({}, of "loud.x")
        assert.same({}, of "nosuch.x")
        assert.same({ "while" }, of "whil")
    end)

    it("knows option keys", function()
        assert.same({ "progress" }, of "stream.copy(r, w, { prog")
        assert.same({ "background" }, of "stream.copy(r, w, { progress = f, back")
    end)

    it("knows commands and files", function()
        assert.same({ ":paths" }, of ":pa")
        assert.same({ "/etc/debian_version" }, of ":load /etc/debian_v")
    end)
end)
