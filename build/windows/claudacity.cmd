@echo off
rem The installed command, in the folder bin beside the program. That folder is on the PATH and the one of Claudacity.exe is not:
rem Windows would run the program itself for "claudacity", and a terminal does not wait for a program that has windows.
"%~dp0..\Claudacity.exe" %*
exit /b %ERRORLEVEL%
