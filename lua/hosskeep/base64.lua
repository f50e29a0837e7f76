--- Base 64 as RFC 4648 has it, decoding only: for the little text that comes that way.

local m = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local value = {}
for i = 1, #ALPHABET do value[ALPHABET:byte(i)] = i - 1 end

-- Four characters are three bytes; padding has been taken off, so the last group may be shorter.
local function group(a, b, c, d)
    local bits = value[a] << 18 | value[b] << 12 | (value[c] or 0) << 6 | (value[d] or 0)
    local bytes = string.char(bits >> 16, bits >> 8 & 255, bits & 255)
    return bytes:sub(1, not c and 1 or not d and 2 or 3)
end

--- The bytes, or nil when the text is not base 64.
function m.decode(text)
    local body = text:match("^([%w+/]*)=?=?$")
    if not body or #text % 4 ~= 0 or #body % 4 == 1 then
        return nil
    end
    local parts = {}
    for i = 1, #body, 4 do parts[#parts + 1] = group(body:byte(i, i + 3)) end
    return table.concat(parts)
end

return m
