-- The prompt's commands: ":name argument".

local names = require "hosskeep.names"
local stepwise = require "hosskeep.repl_steps"

local commands = {}

local known = {}
local order = {}

--- Adds a command: run(prompt, argument) returns whether it went well (nil: yes).
function commands.add(name, usage, text, run)
    if not known[name] then
        order[#order + 1] = name
    end
    known[name] = { usage = usage, text = text, run = run }
end

--- The names of all commands.
function commands.names()
    return order
end

--- True when the argument of that command is a file.
function commands.takes_file(name)
    return known[name] ~= nil and known[name].usage == "FILE"
end

--- Runs a line such as ":load FILE". Returns whether it went well.
function commands.run(prompt, line)
    local name, argument = line:match "^%s*:(%w*)%s*(.-)%s*$"
    local command = name and known[name]
    if not command then
        local word = name or line
        io.stderr:write("error: ", names.unknown("command", ":" .. word, commands.marked()), "\n")
        return false
    end
    return command.run(prompt, argument) ~= false
end

--- The names with their colon.
function commands.marked()
    local list = {}
    for i, name in ipairs(order) do
        list[i] = ":" .. name
    end
    return list
end

commands.add("help", "", "this list", function()
    for _, name in ipairs(order) do
        local one = known[name]
        log.out(string.format("  %-22s %s\n", ":" .. name .. " " .. one.usage, one.text))
    end
    log.out "  help(x)                what a module, function or method is\n"
end)

commands.add("load", "FILE", "runs a script with the prompt's globals", function(prompt, file)
    if file == "" then
        io.stderr:write "error: :load needs a file\n"
        return false
    end
    return prompt:call(function()
        local chunk = hosskeep.load(fs.join(process.cwd(), file))
        debug.setupvalue(chunk, 1, prompt.env)
        return chunk()
    end)
end)

commands.add("bt", "", "the traceback of the last error", function(prompt)
    log.out((prompt.trace or "no error yet") .. "\n")
end)

commands.add("paths", "", "where scripts are looked for", function()
    for _, one in ipairs(hosskeep.paths()) do
        log.out(string.format("%-20s %s (%s)\n", one.origin, one.path, one.state))
    end
    log.out(string.format("%-20s %d scripts inside the program\n", "embedded",
        #hosskeep.embedded()))
end)

commands.add("steps", "PROCEDURE", "the steps of a procedure", function(prompt, name)
    return prompt:call(function()
        stepwise.list(prompt, name)
    end)
end)

commands.add("begin", "COMMAND LINE", "a procedure, to run step by step: backup -c DIR",
    function(prompt, line)
        return prompt:call(function()
            stepwise.begin(prompt, line)
        end)
    end)

commands.add("step", "NAME", "checks and runs one step; the next one without a name",
    function(prompt, name)
        return prompt:call(function()
            stepwise.step(prompt, name)
        end)
    end)

commands.add("end", "", "cleans up after the steps that have been run", function(prompt)
    return prompt:call(function()
        stepwise.finish(prompt)
    end)
end)

commands.add("quit", "", "ends the prompt (Ctrl-D too)", function(prompt)
    prompt.done = true
end)

return commands
