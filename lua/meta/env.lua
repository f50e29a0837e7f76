---@meta

--- .env files as docker-compose reads them: no shell, no commands. Since 0.3.0.
---@class env
env = {}

--- Reads the text of an .env. A bad line raises kind "env" with its number as code.
--- > local map, list = env.parse "A=1\nB='two words' # note\n"
--- > assert(map.B == "two words" and list[2].line == 2)
---@param text string
---@return table<string, string> map
---@return table[] list entries {key, value, line} in order
function env.parse(text) end

--- The text with another value for a key; every other byte stays. A missing key is added.
--- > assert(env.replace("A=1\nB=2\n", "A", "3") == "A=3\nB=2\n")
---@param text string
---@param key string
---@param value string
---@return string
function env.replace(text, key, value) end
