-- The plain old tar format, written and read by hand: an own opinion on what a stream holds.

local tar = {}

local TYPES = { file = "0", hardlink = "1", symlink = "2", directory = "5" }
local NAMES = { ["\0"] = "file", ["0"] = "file", ["1"] = "hardlink", ["2"] = "symlink",
    ["5"] = "directory" }

local function header(entry, size)
    local fields = {
        entry.name, entry.mode or 420, entry.uid or 0, entry.gid or 0, size, entry.mtime or 0,
        TYPES[entry.type or "file"], entry.link or "",
    }
    local format = "c100 c8 c8 c8 c12 c12 c8 c1 c100 c8 c32 c32 c8 c8 c155 c12"
    local function pack(sum)
        return string.pack(format:gsub(" ", ""), fields[1], string.format("%07o", fields[2]),
            string.format("%07o", fields[3]), string.format("%07o", fields[4]),
            string.format("%011o", fields[5]), string.format("%011o", fields[6]), sum, fields[7],
            fields[8], "ustar\00000", "", "", "", "", "", "")
    end
    local total = 0
    for i = 1, 512 do
        total = total + pack("        "):byte(i)
    end
    return pack(string.format("%06o\0 ", total))
end

--- The bytes of a tar with these entries: {name, type, data, mode, uid, gid, mtime, link}.
function tar.make(entries)
    local out = {}
    for _, entry in ipairs(entries) do
        local data = entry.data or ""
        out[#out + 1] = header(entry, #data) .. data .. ("\0"):rep(-#data % 512)
    end
    return table.concat(out) .. ("\0"):rep(1024)
end

local function text(block, first, last)
    return (block:sub(first, last):match "^[^\0]*")
end

local function number(block, first, last)
    return tonumber(text(block, first, last):match "%d+" or "0", 8)
end

--- Records of an extended header: {path=, linkpath=, ...}.
local function records(data)
    local found = {}
    while #data > 0 do
        local length = tonumber(data:match "^(%d+) ")
        local key, value = data:sub(1, length):match "^%d+ ([^=]+)=(.*)\n$"
        found[key] = value
        data = data:sub(length + 1)
    end
    return found
end

local function describe(block, data, extended)
    return {
        type = NAMES[block:sub(157, 157)] or block:sub(157, 157),
        data = data,
        mode = number(block, 101, 108),
        uid = number(block, 109, 116),
        gid = number(block, 117, 124),
        mtime = number(block, 137, 148),
        link = extended.linkpath or text(block, 158, 257),
    }
end

local function name_of(block, extended)
    local prefix = text(block, 346, 500)
    local name = extended.path or (prefix ~= "" and prefix .. "/" or "") .. text(block, 1, 100)
    name = name:gsub("^%./", ""):gsub("/$", "")
    return name == "" and "." or name
end

--- The entries of a tar by name ("./" and trailing slashes dropped), and their count.
function tar.parse(bytes)
    local found, count, at, extended = {}, 0, 1, {}
    while at + 511 <= #bytes and bytes:byte(at) ~= 0 do
        local block = bytes:sub(at, at + 511)
        local size = number(block, 125, 136)
        local data = bytes:sub(at + 512, at + 511 + size)
        at = at + 512 + size + -size % 512
        if block:sub(157, 157) == "x" then
            extended = records(data)
        else
            found[name_of(block, extended)] = describe(block, data, extended)
            count, extended = count + 1, {}
        end
    end
    return found, count
end

return tar
