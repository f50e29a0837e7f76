-- Command lines, in the GNU manner: --name VALUE, --name=VALUE, -nVALUE, -n VALUE, bundled short
-- options, "--" ends them. Options are declared; --help is made from the declarations.

local failure = require "hosskeep.failure"
local names = require "hosskeep.names"

local options = {}

local function key_of(declaration)
    return declaration.key or declaration.long:gsub("%-", "_")
end

local function refuse(fmt, ...)
    failure.raise(failure.USAGE, "%s (see --help)", string.format(fmt, ...))
end

local function index_of(declarations)
    local index, longs = {}, {}
    for _, declaration in ipairs(declarations) do
        index["--" .. declaration.long] = declaration
        longs[#longs + 1] = "--" .. declaration.long
        if declaration.short then
            index["-" .. declaration.short] = declaration
        end
    end
    return index, longs
end

local function store(result, declaration, value)
    local key = key_of(declaration)
    if declaration.values then
        local known = false
        for _, allowed in ipairs(declaration.values) do
            known = known or allowed == value
        end
        if not known then
            refuse("--%s must be one of %s", declaration.long,
                table.concat(declaration.values, ", "))
        end
    end
    if declaration.multiple then
        result[key] = result[key] or {}
        table.insert(result[key], value)
    else
        result[key] = value
    end
end

local function take_value(declaration, shown, attached, argv, at)
    if not declaration.value then
        if attached then
            refuse("option %s takes no value", shown)
        end
        return true, at
    end
    if attached then
        return attached, at
    end
    if argv[at + 1] == nil then
        refuse("option %s needs a value: %s", shown, declaration.value)
    end
    return argv[at + 1], at + 1
end

local function parse_long(state, argv, at)
    local name, attached = argv[at]:match "^(%-%-[^=]+)=(.*)$"
    name = name or argv[at]
    local declaration = state.index[name]
    if not declaration then
        refuse("%s", names.unknown("option", name, state.longs))
    end
    local value, after = take_value(declaration, name, attached, argv, at)
    store(state.result, declaration, value)
    return after
end

local function parse_short(state, argv, at)
    local letters = argv[at]:sub(2)
    while letters ~= "" do
        local name = "-" .. letters:sub(1, 1)
        local declaration = state.index[name]
        if not declaration then
            refuse("%s", names.unknown("option", name, state.longs))
        end
        letters = letters:sub(2)
        local attached
        if declaration.value and letters ~= "" then
            attached, letters = letters, ""
        end
        local value, after = take_value(declaration, name, attached, argv, at)
        store(state.result, declaration, value)
        if after ~= at then
            return after
        end
    end
    return at
end

local function check_arguments(given, arguments)
    local least, most = 0, #arguments
    for _, argument in ipairs(arguments) do
        least = least + (argument.required and 1 or 0)
        most = argument.multiple and math.huge or most
    end
    if #given < least then
        refuse("%s is missing", arguments[#given + 1].name)
    elseif #given > most then
        refuse('what is "%s"? Too many arguments', given[most + 1])
    end
end

--- Parses `argv` after the declarations; the result has the options by key and .args.
function options.parse(declarations, argv, arguments)
    local index, longs = index_of(declarations)
    local state = { index = index, longs = longs, result = { args = {} } }
    local at, ended = 1, false
    while argv[at] ~= nil do
        local word = argv[at]
        if ended or word == "-" or word:sub(1, 1) ~= "-" then
            table.insert(state.result.args, word)
        elseif word == "--" then
            ended = true
        elseif word:sub(1, 2) == "--" then
            at = parse_long(state, argv, at)
        else
            at = parse_short(state, argv, at)
        end
        at = at + 1
    end
    if not state.result.help then
        check_arguments(state.result.args, arguments or {})
    end
    return state.result
end

local function usage_line(command, arguments)
    local words = { "Usage: hosskeep " .. command, "[OPTION...]" }
    for _, argument in ipairs(arguments) do
        local shown = argument.name .. (argument.multiple and "..." or "")
        words[#words + 1] = argument.required and shown or "[" .. shown .. "]"
    end
    return table.concat(words, " ")
end

local function option_line(declaration)
    local left = (declaration.short and "-" .. declaration.short .. ", " or "    ")
        .. "--" .. declaration.long .. (declaration.value and "=" .. declaration.value or "")
    return "  " .. left, declaration.help
end

--- The text for --help.
function options.help(command, about, declarations, arguments)
    arguments = arguments or {}
    local lines = { usage_line(command, arguments) }
    if about then
        lines[#lines + 1] = about
    end
    lines[#lines + 1] = ""
    local rows = {}
    for _, argument in ipairs(arguments) do
        rows[#rows + 1] = { "  " .. argument.name, argument.help or "" }
    end
    for _, declaration in ipairs(declarations) do
        rows[#rows + 1] = { option_line(declaration) }
    end
    local width = 0
    for _, row in ipairs(rows) do
        width = math.max(width, math.min(#row[1], 28))
    end
    for _, row in ipairs(rows) do
        local gap = math.max(2, width + 2 - #row[1])
        lines[#lines + 1] = row[1] .. (" "):rep(gap) .. row[2]
    end
    return table.concat(lines, "\n") .. "\n"
end

--- The option every command has.
options.HELP = { long = "help", short = "h", help = "print this help and exit" }

--- The options that all procedures have. `setting` names the setting that an option is short for.
options.COMMON = {
    { long = "config-dir", short = "c", value = "DIR",
        help = "configuration folder of the server (default ~/.hoss)" },
    { long = "endpoint", short = "e", value = "URL", setting = "endpoint",
        help = "URL of the server (default: EXTERNAL_HOSTNAME of .env)" },
    { long = "project", value = "NAME", setting = "project",
        help = "compose project (default server)" },
    { long = "start", value = "CMD", setting = "start.command",
        help = "how to start the server, through sh -c" },
    { long = "set", value = "KEY=VALUE", multiple = true, help = "set a setting" },
    { long = "dry-run", help = "check everything, say what would be done, change nothing" },
    { long = "yes", short = "y", help = "do not ask" },
    { long = "json", help = "one JSON event per line" },
    { long = "quiet", short = "q", help = "print errors and the result only" },
    { long = "verbose", short = "v", help = "print more, and a traceback with an error" },
    { long = "on-error", value = "abort|repl", values = { "abort", "repl" },
        help = "what to do when a step fails" },
    options.HELP,
}

return options
