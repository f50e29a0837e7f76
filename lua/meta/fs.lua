---@meta

--- Files and folders. Paths are bytes without NUL; modes are integers (384 is 0600, 448 is 0700).
--- What is not there is nil or false; what fails raises kind "system" with the errno's name as
--- code. Since 0.3.0.
---@class fs
fs = {}

--- Opens a file for reading.
--- > fs.write(folder .. "/a", "hello")
--- > local reader <close> = fs.open(folder .. "/a")
--- > assert(reader:read_all() == "hello")
---@param path string
---@return stream.reader
function fs.open(path) end

--- Begins a file; it appears whole at close(), under a hidden name until then.
--- > local writer <close> = fs.create(folder .. "/b", { mode = 384 })
--- > writer:write "hello"
--- > writer:close()
---@param path string
---@param options? table mode=384, replace=true, sync=true
---@return stream.writer
function fs.create(path, options) end

--- The content of a small file, or nil when there is none; more than max bytes raises.
--- > assert(fs.read(folder .. "/none") == nil)
---@param path string
---@param max? integer
---@return string?
function fs.read(path, max) end

--- Writes a small file at once: whole or not at all.
--- > fs.write(folder .. "/c", "hello", { mode = 420 })
---@param path string
---@param data string
---@param options? table mode=384, replace=true, sync=true
function fs.write(path, data, options) end

--- What is at a path, links followed; nil when nothing is.
--- > assert(fs.stat(folder).type == "directory")
---@param path string
---@return table? stat type, size, mode, uid, gid, mtime, dev, ino, nlink
function fs.stat(path) end

--- The same of a link itself.
--- > fs.symlink("nowhere", folder .. "/link")
--- > assert(fs.lstat(folder .. "/link").type == "symlink")
---@param path string
---@return table? stat
function fs.lstat(path) end

--- The names in a folder, sorted.
--- > for _, name in ipairs(fs.list(folder)) do print(name) end
---@param path string
---@return string[]
function fs.list(path) end

--- Makes a folder and its parents; true when it was made.
--- > assert(fs.mkdir(folder .. "/x/y") == true)
---@param path string
---@param mode? integer 448
---@return boolean
function fs.mkdir(path, mode) end

--- Removes a file, a link or an empty folder; false when there was nothing.
--- > assert(fs.remove(folder .. "/none") == false)
---@param path string
---@return boolean
function fs.remove(path) end

--- Removes a folder with all that is in it. No link is followed, no other file system entered.
--- > fs.mkdir(folder .. "/t/u")
--- > assert(fs.remove_tree(folder .. "/t"))
---@param path string
---@return boolean
function fs.remove_tree(path) end

--- Renames; an existing target raises unless replace=true.
--- > fs.write(folder .. "/old", "x")
--- > fs.rename(folder .. "/old", folder .. "/new")
---@param from string
---@param to string
---@param options? table replace=false
function fs.rename(from, to, options) end

--- A file or folder is on disk when this returns.
--- > fs.sync(folder)
---@param path string
function fs.sync(path) end

--- Sets the mode.
--- > fs.write(folder .. "/m", "x")
--- > fs.chmod(folder .. "/m", 420)
---@param path string
---@param mode integer
function fs.chmod(path, mode) end

--- Sets the owner, of a link itself; -1 leaves one as it is.
--- > fs.write(folder .. "/o", "x")
--- > fs.chown(folder .. "/o", -1, -1)
---@param path string
---@param uid integer
---@param gid integer
function fs.chown(path, uid, gid) end

--- Makes a symbolic link.
--- > fs.symlink("target", folder .. "/s")
---@param target string
---@param path string
function fs.symlink(target, path) end

--- Where a link points to; nil when it is none.
--- > fs.symlink("target", folder .. "/l")
--- > assert(fs.readlink(folder .. "/l") == "target")
---@param path string
---@return string?
function fs.readlink(path) end

--- The absolute path without links; nil when nothing is there.
--- > assert(fs.realpath(folder .. "/.") == fs.realpath(folder))
---@param path string
---@return string?
function fs.realpath(path) end

--- Joins parts of a path; an absolute part begins anew.
--- > assert(fs.join("/a", "b", "c") == "/a/b/c")
---@param ... string
---@return string
function fs.join(...) end

--- The folder of a path.
--- > assert(fs.dirname "/a/b" == "/a")
---@param path string
---@return string
function fs.dirname(path) end

--- The last part of a path.
--- > assert(fs.basename "/a/b" == "b")
---@param path string
---@return string
function fs.basename(path) end

--- Room on the file system of a path, in bytes.
--- > assert(fs.space(folder).free <= fs.space(folder).total)
---@param path string
---@return table space free (for this user), total
function fs.space(path) end

--- True when this user may write; of a folder: make files in it.
--- > assert(fs.writable(folder))
---@param path string
---@return boolean
function fs.writable(path) end

--- Takes a lock that ends with the process; nil and the holder's text when another has it.
--- > local held <close> = fs.lock(folder .. "/lock", "me")
--- > local second, who = fs.lock(folder .. "/lock", "you")
--- > assert(second == nil and who == "me")
---@param path string
---@param text string
---@return userdata? lock close() releases it
---@return string? holder
function fs.lock(path, text) end
