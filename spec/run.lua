-- hosskeep run spec/run.lua [BUSTED OPTIONS] [FILE or FOLDER...]: runs the specs inside hosskeep.

local here = debug.getinfo(1, "S").source:match "^@(.*)/[^/]*$" or "."

package.path = here .. "/?.lua;" .. package.path

local words, roots = { [0] = "specs" }, 0
for _, word in ipairs { ... } do
    words[#words + 1] = word
    roots = roots + (word:sub(1, 1) ~= "-" and 1 or 0)
end
if roots == 0 then
    words[#words + 1] = here
end
rawset(_G, "arg", words)

require "busted.runner" { standalone = false, output = "plainTerminal" }
