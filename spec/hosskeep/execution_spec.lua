local site = require "support.site"

describe("a run of a procedure", function()
    local here

    after_each(function()
        if here then
            here:remove()
            here = nil
        end
    end)

    local function with(dropin, script)
        here = site.new(script or site.DEMO)
        if dropin then
            here:script("demo.d/50-test.lua", site.TRACE .. dropin)
        end
        return here
    end

    it("checks all before it runs any, and defers in reverse", function()
        local result = with():demo()
        assert.equal("", result.stderr)
        assert.equal(0, result.code)
        assert.equal("check-one check-two check-three one two three "
            .. "defer-three defer-two defer-one", here:trace())
        assert.matches("one: Step one\n", result.stdout)
    end)

    it("undoes what was done when a step fails", function()
        local result = with([[
            p:replace("three", function(ctx) trace(ctx, "three"); error("no\nspace", 0) end)
        ]]):demo()
        assert.equal(5, result.code)
        assert.equal("hosskeep: three: no; space\n", result.stderr)
        assert.equal("check-one check-two check-three one two three undo-two defer-two undo-one "
            .. "defer-one", here:trace())
    end)

    it("does a cleanup that a signal has ended once more", function()
        local result = with([[p:replace("two", function(ctx)
            local times = 0
            ctx:defer(function()
                times = times + 1
                trace(ctx, "try-" .. times)
                if times == 1 then
                    error(hosskeep.error { kind = "interrupted", code = 15, op = "interrupted" })
                end
            end)
        end)]]):demo()
        assert.same({ 0, "" }, { result.code, result.stderr })
        assert.matches("try%-1 try%-2 defer%-one", here:trace())
    end)

    it("tells of a signal that came between two blocking calls, and cleans up", function()
        local result = with([[p:replace("three", function(ctx)
            ctx:defer(function() trace(ctx, "last") end)
            local sent = ctx.config_dir .. "/sent"
            process.start { "sh", "-c", 'kill -s TERM "$1"; : >"$2"', "sh", process.pid, sent }
            while not fs.stat(sent) do end
        end)]]):demo()
        assert.same({ 143, "hosskeep: interrupted by signal 15\n" }, { result.code, result.stderr })
        assert.matches("last undo%-two defer%-two undo%-one defer%-one$", here:trace())
    end)

    it("takes a failure's own exit code, or the procedure's after a change", function()
        local result = with([[p:replace("two", function()
            require("hosskeep.failure").raise(7, "versions %d and %d", 1, 2) end)]]):demo()
        assert.equal(7, result.code)
        assert.equal("hosskeep: two: versions 1 and 2\n", result.stderr)
        here:remove()
        result = with([[p:replace("two", function(ctx) ctx.changed = true; error "x" end)]]):demo()
        assert.equal(10, result.code)
        assert.matches("^hosskeep: two: .*50%-test%.lua:%d+: x\n$", result.stderr)
    end)

    it("takes a bad archive for a rejected one in a check only", function()
        local raise = [[error(hosskeep.error { kind = "archive", op = "verify", message = "cut" })]]
        local result = with("p:append { name = 'x', check = function() " .. raise
            .. " end }"):demo()
        assert.equal(6, result.code)
        assert.equal("hosskeep: x: verify: cut\n", result.stderr)
        here:remove()
        result = with("p:append { name = 'x', run = function() " .. raise .. " end }"):demo()
        assert.equal(5, result.code)
    end)

    it("runs nothing when a check fails", function()
        local result = with([[p:append { name = "last", check = function(ctx)
            error("the moon is wrong", 0) end, run = function() end }]]):demo()
        assert.equal(4, result.code)
        assert.equal("hosskeep: last: the moon is wrong\n", result.stderr)
        assert.equal("check-one check-two check-three", here:trace())
    end)

    it("goes on with cleanup when a cleanup fails", function()
        local result = with([[p:replace("two", { undo = function() error("undo broke", 0) end,
            run = function(ctx) ctx:defer(function() error("defer broke", 0) end, "tidy up") end })
            p:replace("three", function() error("three broke", 0) end)]]):demo()
        assert.equal(5, result.code)
        assert.matches("warning: undo two: undo broke\n", result.stderr)
        assert.matches("warning: tidy up: defer broke\n", result.stderr)
        assert.matches("\nhosskeep: three: three broke\n$", result.stderr)
        assert.matches("undo%-one defer%-one$", here:trace())
    end)

    it("ends with 1 after warnings", function()
        local result = with([[p:wrap("two", function(ctx, base)
            base(); ctx:warn("disk %d%% full", 91) end)]]):demo()
        assert.equal(1, result.code)
        assert.equal("hosskeep: warning: disk 91% full\n", result.stderr)
    end)

    it("leaves out steps that are disabled or not wanted, with their checks", function()
        local result = with([[p:disable("one", "not here")
            p:replace("two", { when = function() return false end, check = function()
                error "checked" end, run = function() error "ran" end })]]):demo()
        assert.equal(0, result.code, result.stderr)
        assert.equal("check-three three defer-three", here:trace())
        assert.matches("one: skipped %(not here%)", result.stdout)
    end)

    it("undoes nothing behind the point of no return", function()
        local result = with([[p:replace("two", function(ctx) ctx:no_undo(); ctx.changed = true end)
            p:replace("three", function() error("x", 0) end)]]):demo()
        assert.equal(10, result.code)
        assert.equal("check-one check-two check-three one defer-one", here:trace())
    end)

    it("prints a traceback with -v only", function()
        local dropin = [[local function deep() error("x", 0) end
            p:replace("two", function() deep() return 1 end)]]
        local result = with(dropin):demo "-v"
        assert.matches("stack traceback", result.stderr)
        assert.matches("50%-test%.lua", result.stderr)
        assert.not_matches("traceback", here:demo().stderr)
    end)

    it("cleans up after a signal and tells it in the exit code", function()
        with([[p:replace("three", function(ctx)
            trace(ctx, "waiting")
            time.sleep(30)
        end)]])
        local child = process.start { argv = { hosskeep.executable, "--script-dir", here.scripts,
            "demo", "-q", "--config-dir", here.config } }
        local stop = time.monotonic() + 10
        while not here:trace():find "waiting" and time.monotonic() < stop do
            time.sleep(0.02)
        end
        child:kill(15)
        local ended = child:wait(5)
        assert.equal(128 + 15, ended.code)
        assert.matches("waiting undo%-two defer%-two undo%-one defer%-one$", here:trace())
    end)

    it("dry: runs checks, prints steps and objects, changes nothing", function()
        local result = with([[p:disable("two", "no need")]]):demo "--dry-run"
        assert.equal(0, result.code, result.stderr)
        assert.equal("check-one check-three", here:trace())
        assert.matches("one: Step one\n    reads   file:/one\n    changes folder:/one\n",
            result.stdout)
        assert.matches("two: Step two %(skipped: no need%)\n", result.stdout)
        local lines = {}
        for line in here:demo("--dry-run", "--json").stdout:gmatch "[^\n]+" do
            lines[#lines + 1] = json.decode(line)
        end
        assert.equal("plan", lines[1].event)
        assert.same({ "folder:/one" }, lines[1].changes)
        assert.equal("no need", lines[2].skipped)
    end)

    it("tells events as JSON, one a line", function()
        local result = with([[p:wrap("two", function(ctx, base) base()
            ctx.report:progress("copy", 10, 20); ctx.report:finish("copy", 20)
            ctx:note("hi"); ctx.report:result("/a/file", { archive = "/a/file" }) end)]])
            :demo "--json"
        local events, last = {}, nil
        for line in result.stdout:gmatch "[^\n]+" do
            last = json.decode(line)
            events[#events + 1] = last.event
        end
        assert.equal("step done step piece progress piece_done note done step done end result",
            table.concat(events, " "))
        assert.equal("/a/file", last.archive)
    end)

    it("says the result last, also when quiet", function()
        with([[p:wrap("two", function(ctx, base) base() ctx.report:result("/a/file") end)]])
        assert.matches("\n/a/file\n$", here:demo().stdout)
        assert.equal("/a/file\n", here:demo("--quiet").stdout)
    end)
end)
