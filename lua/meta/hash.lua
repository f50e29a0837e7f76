---@meta

--- SHA-256. Since 0.3.0.
---@class hash
hash = {}

--- The SHA-256 of a string.
--- > assert(hash.sha256(""):sub(1, 8) == "e3b0c442")
---@param text string
---@return string hex
function hash.sha256(text) end

--- The SHA-256 of a file's content.
--- > fs.write(folder .. "/a", "")
--- > assert(hash.file(folder .. "/a") == hash.sha256 "")
---@param path string
---@param options? table background
---@return string hex
function hash.file(path, options) end
