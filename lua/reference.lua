-- hosskeep reference: everything that a script can call, as Markdown, made from lua/meta/.

local command = require "hosskeep.command"
local help = require "hosskeep.help"

local function say(fmt, ...)
    log.out(string.format(fmt, ...) .. "\n")
end

local function print_item(item)
    say("### `%s`\n\n%s\n", item.signature, item.text)
    for _, param in ipairs(item.params) do
        say("- `%s` %s", param.name, param.text)
    end
    for _, value in ipairs(item.returns) do
        say("- returns `%s`", value)
    end
    if item.example then
        say("\n```lua\n%s\n```", item.example)
    end
    log.out "\n"
end

-- The globals of every script, with their fields, for a site's .luacheckrc.
local function print_luacheck()
    local known = help.all()
    say("-- globals of scripts, made by: hosskeep reference --luacheck (%s)", hosskeep.version)
    say('std = "lua54"\nread_globals = {\n    "try",')
    for _, module in ipairs(help.modules) do
        local fields = {}
        for _, item in ipairs(known.list) do
            local name = item.name:match("^" .. module .. "%.([%w_]+)$")
            fields[#fields + 1] = name and name .. " = {}"
        end
        if rawget(_G, module) then
            fields[#fields + 1] = known.fields[module]
            say("    %s = { fields = { %s } },", module, table.concat(fields, ", "))
        end
    end
    log.out "}\n"
end

local function run(given)
    if given.luacheck then
        print_luacheck()
        return 0
    elseif given.args[1] then
        log.out(help.text(given.args[1]) .. "\n")
        return 0
    end
    local known = help.all()
    say("# hosskeep %s: reference for scripts\n", hosskeep.version)
    for _, module in ipairs(help.modules) do
        say("## %s\n\n%s\n", module, known.modules[module])
        for _, item in ipairs(known.list) do
            if item.module == module then
                print_item(item)
            end
        end
    end
    return 0
end

return command.main({
    name = "reference",
    summary = "Prints what scripts can call: all of it as Markdown, or what is known of one name.",
    arguments = { { name = "NAME", help = 'a module or function, such as "docker.exec"' } },
    options = {
        { long = "luacheck", help = "the globals as a .luacheckrc for scripts of a site" },
    },
    run = run,
}, ...)
