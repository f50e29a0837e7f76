-- The way of a procedure from the command line to the exit code.

local context = require "hosskeep.context"
local dropins = require "hosskeep.dropins"
local execution = require "hosskeep.execution"
local failure = require "hosskeep.failure"
local options = require "hosskeep.options"
local report = require "hosskeep.report"
local settings_file = require "hosskeep.settings_file"

local main = {}

local function declarations(p)
    local list = {}
    for _, declaration in ipairs(p.options) do
        list[#list + 1] = declaration
    end
    for _, declaration in ipairs(options.COMMON) do
        list[#list + 1] = declaration
    end
    return list
end

--- Loads a procedure's settings files and drop-ins.
function main.prepare(p)
    settings_file.read_all(p.settings)
    dropins.load(p)
    return p
end

--- Hands the settings of a parsed command line to the store.
function main.assign_options(p, given)
    for _, declaration in ipairs(declarations(p)) do
        local key = declaration.key or declaration.long:gsub("%-", "_")
        if declaration.setting and given[key] ~= nil then
            p.settings:assign("command", declaration.setting, given[key],
                "--" .. declaration.long)
        end
    end
    for _, pair in ipairs(given.set or {}) do
        local key, value = pair:match "^([^=]+)=(.*)$"
        if not key then
            failure.raise(failure.USAGE, "--set %s: write KEY=VALUE", pair)
        end
        p.settings:assign("command", key, value, "--set " .. key)
    end
end

local function set_level(given)
    if given.verbose then
        log.level = "debug"
    elseif given.quiet then
        log.level = "error"
    end
end

local function make_context(p, given, out)
    main.prepare(p)
    main.assign_options(p, given)
    local ctx = context.new(p, given, out)
    ctx:settle()
    if p.env ~= "later" and not ctx:read_env() and p.env == "required" then
        failure.raise(failure.PRECONDITION,
            "%s: no .env there; is this the configuration folder? (see --config-dir)",
            ctx.config_dir)
    end
    if given.on_error == "repl" then
        p.on_error = require("hosskeep.on_error").ask
    end
    return ctx
end

--- The one line for a problem, and what has become of the server where that is not plain.
function main.line(problem, outcome)
    local step = problem.step and problem.step .. ": " or ""
    local signal = failure.signal(problem.cause)
    local text = signal and string.format("interrupted by signal %d", signal)
        or failure.text(problem.cause)
    return "hosskeep: " .. step .. text .. (outcome and "; " .. outcome or "")
end

local function complain(out, problem, code, verbose, outcome)
    local text = failure.text(problem.cause) .. (outcome and "; " .. outcome or "")
    try(out.failed, out, problem.step, text, code)
    io.stderr:write(log.mask(main.line(problem, outcome)), "\n")
    if verbose then
        local trace = type(problem.cause) == "table" and problem.cause.trace or problem.trace
        io.stderr:write(log.mask(trace or ""), "\n")
    end
end

-- The report's end; when standard output does not take it, a warning at least.
local function finish(out, code)
    local _, err = try(out.close, out, code)
    if err then
        io.stderr:write(log.mask("hosskeep: warning: " .. failure.text(err)), "\n")
        return code == failure.DONE and failure.WARNINGS or code
    end
    return code
end

local function execute(p, given)
    local out = report.new { procedure = p.name, json = given.json, quiet = given.quiet,
        verbose = given.verbose }
    local ctx
    local ok, problem = execution.guarded(function()
        ctx = make_context(p, given, out)
    end)
    local code
    if ok then
        problem = execution.run(p, ctx)
        code = problem and execution.exit_code(p, ctx, problem)
    else
        local told = type(problem.cause) == "table" -- a file that cannot be read is no bug
        code = failure.exit(problem.cause, told and failure.PRECONDITION or failure.BUG)
    end
    if problem then
        complain(out, problem, code, given.verbose, ctx and ctx.outcome)
    else
        code = #ctx.warnings > 0 and failure.WARNINGS or failure.DONE
    end
    return finish(out, code)
end

--- The context of procedure `p` for a command line, nothing run yet: what the prompt works with.
function main.context(p, argv)
    local given = options.parse(declarations(p), argv, p.arguments)
    local out = report.new { procedure = p.name, json = given.json, quiet = given.quiet,
        verbose = given.verbose }
    return make_context(p, given, out)
end

--- Runs procedure `p` with the arguments of the command line. Returns the exit code.
function main.run(p, argv)
    local given, err = try(options.parse, declarations(p), argv, p.arguments)
    if not given then
        io.stderr:write(log.mask("hosskeep: " .. p.name .. ": " .. failure.text(err)), "\n")
        return failure.exit(err, failure.USAGE)
    end
    if given.help then
        io.stdout:write(options.help(p.name, p.summary or p.title, declarations(p), p.arguments))
        return failure.DONE
    end
    set_level(given)
    return execute(p, given)
end

return main
