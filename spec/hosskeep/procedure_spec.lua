local procedure = require "hosskeep.procedure"

local function nothing() end

local function make()
    local p = procedure.new("demo", { title = "a demo" })
    for _, name in ipairs { "a", "b", "c" } do
        p:step { name = name, title = "Step " .. name, run = nothing }
    end
    return p
end

local function order(p)
    return table.concat(p:names(), " ")
end

local function message(fn)
    local ok, err = pcall(fn)
    assert.is_false(ok)
    assert.equal(2, err.exit)
    return err.message
end

describe("edits of a procedure", function()
    it("insert, append, move and remove by name", function()
        local p = make()
        p:insert_before("b", { name = "x", run = nothing })
        p:insert_after("b", { name = "y", run = nothing })
        p:append { name = "z", run = nothing }
        assert.equal("a x b y c z", order(p))
        p:move("z", { before = "a" })
        p:move("a", { after = "c" })
        p:remove "y"
        assert.equal("z x b c a", order(p))
    end)

    it("name the place of a mistake and the valid names", function()
        local p = make()
        local text = message(function()
            p:insert_after("bb", { name = "x", run = nothing })
        end)
        assert.matches("procedure_spec%.lua:%d+: no step \"bb\" %(did you mean", text)
        assert.matches("valid: a, b, c$", text)
        for _, edit in ipairs { "remove", "wrap", "replace", "disable", "move", "insert_before" } do
            assert.matches("no step", message(function()
                p[edit](p, "nope", nothing)
            end))
        end
    end)

    it("refuse two steps of one name, unknown fields and wrong types", function()
        local p = make()
        assert.matches('there is a step "a" already', message(function()
            p:append { name = "a", run = nothing }
        end))
        assert.matches('no field of a step "runs" %(did you mean "run"', message(function()
            p:append { name = "x", runs = nothing }
        end))
        assert.matches("check must be a function", message(function()
            p:append { name = "x", check = "yes" }
        end))
        assert.matches("a step needs a name", message(function()
            p:append { run = nothing }
        end))
        assert.matches("a step is a table", message(function()
            p:append(nothing)
        end))
        assert.matches("needs a reason", message(function()
            p:disable "a"
        end))
        assert.matches("before=NAME", message(function()
            p:move("a", {})
        end))
        assert.matches("next to itself", message(function()
            p:move("a", { before = "a" })
        end))
    end)

    it("wrap with a base that is looked up late", function()
        local p, log = make(), {}
        p:wrap("b", function(ctx, base)
            log[#log + 1] = "before"
            base()
            log[#log + 1] = "after " .. ctx.name
        end)
        p:replace("b", function(ctx)
            log[#log + 1] = "new " .. ctx.name
        end)
        p:wrap("b", function(_, base)
            log[#log + 1] = "outer"
            base()
        end)
        p:body(p:get "b") { name = "n" }
        assert.same({ "outer", "before", "new n", "after n" }, log)
    end)

    it("pass on what the base returns and let it be left out or run twice", function()
        local p, runs = make(), 0
        p:replace("a", function()
            runs = runs + 1
            return runs
        end)
        p:wrap("a", function(_, base)
            base()
            return base() * 10
        end)
        assert.equal(20, p:body(p:get "a") {})
        p:wrap("a", function() end)
        assert.is_nil(p:body(p:get "a") {})
    end)

    it("keep old names alive by aliases", function()
        local p = make()
        p:replace("b", { name = "bb", run = nothing })
        assert.equal("a bb c", order(p))
        assert.is_true(p:has "b")
        p:replace("bb", { name = "bbb", run = nothing })
        p:insert_after("b", { name = "x", run = nothing })
        assert.equal("a bbb x c", order(p))
        p:alias("alpha", "a")
        p:remove "alpha"
        assert.equal("bbb x c", order(p))
    end)

    it("are recorded with their place", function()
        local p = make()
        p:disable("b", "no need")
        p:wrap("c", function(_, base)
            base()
        end)
        local steps = p:steps()
        assert.equal("no need", steps[2].disabled)
        assert.equal("disabled", steps[2].edits[1].how)
        assert.matches("procedure_spec%.lua:%d+$", steps[3].edits[1].by)
        assert.matches("procedure_spec%.lua:%d+$", steps[1].origin)
        assert.equal(2, #p.edit_log)
        local described = p:describe()
        assert.equal("demo", described.procedure)
        assert.equal("wrapped", described.steps[3].edits[1].how)
        assert.is_nil(described.steps[1].edits)
    end)
end)

describe("procedure.new", function()
    it("knows its own options", function()
        local ok, err = pcall(procedure.new, "x", { titel = "y" })
        assert.is_false(ok)
        assert.matches('no option of procedure.new "titel" %(did you mean "title"', err)
    end)

    it("reads arguments in words", function()
        local p = procedure.new("x", { arguments = "ARCHIVE [FOLDER]" })
        assert.same({ name = "ARCHIVE", required = true }, p.arguments[1])
        assert.same({ name = "FOLDER", required = false }, p.arguments[2])
    end)

    it("has the exit codes of the stock procedures", function()
        local backup, restore = procedure.new "backup", procedure.new "restore"
        assert.equal(5, backup:failure_exit {})
        assert.equal(9, restore:failure_exit { changed = false })
        assert.equal(10, restore:failure_exit { changed = true })
        local own = procedure.new("x", { exit = { before = 4, after = 6 } })
        assert.equal(6, own:failure_exit { changed = true })
    end)

    it("hands a procedure over instead of running it", function()
        local made
        local got = procedure.receive(function()
            made = make()
            return made:main "--nonsense"
        end, "demo")
        assert.equal(made, got)
        assert.matches("never calls p:main", message(function()
            procedure.receive(nothing, "x")
        end))
    end)
end)
