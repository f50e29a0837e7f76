describe("hosskeep", function()
    local folder

    before_each(function()
        folder = fs.realpath(process.run({ "mktemp", "-d" }).stdout:match "%S+")
    end)

    after_each(function()
        fs.remove_tree(folder)
    end)

    local function file(name, text, mode)
        local path = fs.join(folder, name)
        fs.mkdir(fs.dirname(path))
        fs.write(path, text, { mode = mode or 384 })
        return path
    end

    local function run(...)
        return process.run { argv = { hosskeep.executable, ... },
            env = { HOME = folder, XDG_CONFIG_HOME = folder .. "/config", LUA_INIT = "error 'init'",
                LUA_PATH = folder .. "/?.lua", HOSSKEEP_SCRIPT_DIR = false }, cwd = folder }
    end

    local function fails(code, pattern, ...)
        local result = run(...)
        assert.equal(code, result.code, result.stderr)
        assert.matches(pattern, result.stderr)
        assert.matches("^hosskeep: [^\n]*\n$", result.stderr)
    end

    it("tells its version and its commands", function()
        assert.equal("hosskeep " .. hosskeep.version .. "\n", run("--version").stdout)
        local help = run "--help"
        assert.equal(0, help.code)
        assert.matches("\n  backup +%S", help.stdout)
        assert.matches("\n  restore +%S", help.stdout)
    end)

    it("tells wrong use in one line, exit 2", function()
        fails(2, 'unknown command "bakcup" %(did you mean backup%?%)', "bakcup")
        fails(2, 'unknown command "../x"', "../x")
        fails(2, 'unknown option "%-%-nope"', "--nope", "backup")
        fails(2, 'missing after "run"', "run")
        fails(2, 'missing after "%-%-script%-dir"', "--script-dir")
        fails(2, "a command is missing")
        fails(2, "No such file", "--script-dir", folder .. "/none", "-e", "")
        fails(2, "none.lua: No such file", "run", folder .. "/none.lua")
    end)

    it("runs a file with its arguments; the result is the exit code", function()
        local path = file("x.lua", "#!/usr/bin/hosskeep run\nprint(arg[0], ...)\nreturn 7\n")
        local result = run("run", path, "a b", "--help")
        assert.equal(7, result.code)
        assert.equal(path .. "\ta b\t--help\n", result.stdout)
        assert.equal(0, run("-e", "return").code)
        assert.equal(5, run("-e", "os.exit(5)").code)
        assert.equal(1, run("-e", "os.exit(false)").code)
        local closed = run("-e", [[
            local x <close> = setmetatable({}, { __close = function() print "closed" end })
            os.exit(0)]])
        assert.equal("closed\n", closed.stdout)
    end)

    it("tells errors with file and line, and with -v the traceback", function()
        local path = file("x.lua", "local function f()\n  error 'boo'\nend\nf()\n")
        fails(2, "x.lua:2: boo\n", "run", path)
        local loud = run("-v", "run", path)
        assert.matches("stack traceback:.*x.lua:2: in local 'f'", loud.stderr)
        fails(2, "x.lua:1: .*near", "run", file("x.lua", "x = = 1"))
        fails(2, "open /none: No such file", "-e", "fs.open '/none'")
        fails(4, "two lines; of it", "-e", [[error(setmetatable({ exit = 4 }, {
            __tostring = function() return 'two lines\n of it' end }))]])
        fails(2, "an error that cannot be told", "-e",
            "error(setmetatable({}, { __tostring = function() error 'bad tostring' end }))")
    end)

    it("refuses undeclared globals, with a hint", function()
        fails(2, 'reading undeclared global "dokcer" %(did you mean docker%?%)', "-e", "dokcer()")
        fails(2, 'assigning undeclared global "x"', "-e", "x = 1")
        assert.equal("1\n", run("-e", "rawset(_G, 'x', 1) print(x)").stdout)
    end)

    it("runs text only", function()
        fails(2, "attempt to load a binary chunk", "run",
            file("x.lua", string.dump(function() end)))
        fails(2, "binary chunk", "-e", "assert(load(string.dump(function() end)))")
        fails(2, "binary chunk", "-e", "assert(load(string.dump(function() end), 'x', 'b'))")
        assert.equal("3\n", run("-e", "print(load('return a', 'x', 't', { a = 3 })())").stdout)
    end)

    it("looks for scripts in order, never in the working folder", function()
        file("mine.lua", "print 'cwd'")
        fails(2, "unknown command", "mine")
        file("config/hosskeep/mine.lua", "print 'user'; require 'site.part'")
        file("config/hosskeep/site/part.lua", "print(...)")
        local result = run "mine"
        assert.equal("user\nsite.part\t" .. folder .. "/config/hosskeep/site/part.lua\n",
            result.stdout)
        file("given/mine.lua", "print('given', hosskeep.script, hosskeep.find 'mine')")
        result = run("--script-dir=" .. folder .. "/given", "mine")
        assert.equal("given\tmine\t" .. folder .. "/given/mine.lua\tprint", result.stdout:sub(1,
            #("given\tmine\t" .. folder .. "/given/mine.lua\tprint")))
        fails(2, "module 'part' not found", "-e", "require 'part'")
    end)

    it("refuses what others may have written", function()
        local path = file("given/mine.lua", "print 'given'")
        local function refused(pattern)
            fails(2, "refused: " .. pattern, "--script-dir", folder .. "/given", "mine")
        end
        fs.chmod(path, 438)
        refused "is writable by everybody"
        fs.chmod(path, 384)
        fs.chmod(folder .. "/given", 511)
        refused "its folder is writable by everybody"
        fs.chmod(folder .. "/given", 448)
        if process.uid == 0 then
            fs.chown(path, 12345, 0)
            refused "is owned by another user"
            fs.chown(path, 0, 12345)
            fs.chmod(path, 432)
            refused "is writable by its group"
            fs.chown(folder .. "/given", 12345, 0)
            refused "its folder is owned by another user"
        end
        fails(2, "writable by everybody", "run", file("x.lua", "", 438))
        fails(2, "not a regular file", "run", "/dev/null")
    end)

    it("shows where scripts are looked for", function()
        local list = hosskeep.paths()
        assert.equal("system", list[#list - 1].origin)
        assert.equal("/etc/hosskeep", list[#list - 1].path)
        local place, text = hosskeep.find "hosskeep.procedure"
        assert.equal("embedded:hosskeep/procedure.lua", place)
        assert.equal(text, hosskeep.embedded "hosskeep/procedure.lua")
        assert.is_nil(hosskeep.find "no-such")
        assert.is_nil(hosskeep.embedded "no-such")
        assert.is_function(hosskeep.load(place))
        assert.is_true(#hosskeep.embedded() > 10)
    end)
end)

describe("an interrupt", function()
    -- Starts a chunk, sends the signals once it says "go", and returns what came of it.
    local function interrupted(chunk, ...)
        local path = os.tmpname()
        local p <close> = process.start { argv = { "exec 2>&1 >" .. path .. ' "$0" -e "$1"',
            hosskeep.executable, chunk }, shell = true, output = "null" }
        local stop = time.monotonic() + 60
        for _, number in ipairs { ... } do
            while not fs.read(path):find "go" and time.monotonic() < stop do
                time.sleep(0.01)
            end
            p:kill(number)
            time.sleep(0.3)
        end
        local result = p:wait(5) or { code = "still running" }
        local output = fs.read(path)
        fs.remove(path)
        return result.code, output
    end

    local CLEANUP = [[
        local c <close> = setmetatable({}, { __close = function()
            for i = 1, 1e5 do local _ = i end
            time.sleep(0.05)
            print "cleaned"
        end })
        print "go" io.stdout:flush() ]]

    it("raises once, so that cleanup runs, in Lua and in C", function()
        for _, rest in ipairs { "while true do end", "time.sleep(60)",
            "process.run { 'sleep', '60' }", "coroutine.wrap(function() while true do end end)()",
            "stream.wait_any { process.run { 'sleep', '60', background = true } }" } do
            local code, output = interrupted(CLEANUP .. rest, 2)
            assert.equal(130, code, rest)
            assert.matches("cleaned\n$", output)
        end
        assert.equal(143, (interrupted(CLEANUP .. "time.sleep(60)", 15)))
    end)

    it("is not hidden by try, and the second one ends loops around pcall", function()
        local _, output = interrupted(CLEANUP .. "try(time.sleep, 60) print 'on'", 2)
        assert.not_matches("\non\n", output)
        local code = interrupted("print 'go' io.stdout:flush() " ..
            "while true do pcall(function() while true do end end) end", 2, 2)
        assert.equal(130, code)
    end)
end)
